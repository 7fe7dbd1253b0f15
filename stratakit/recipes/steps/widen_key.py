"""A primary key of 64 bits instead of 32, with the columns that reference it."""

from alembic.operations import ops
from sqlalchemy import BigInteger

from stratakit.autogenerate.change import RevisionStep
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.operations import walk
from stratakit.operations.comment import allow
from stratakit.operations.irreversible import IrreversibleOp
from stratakit.operations.statements import StatementsOp
from stratakit.recipes.recipe import Plan, Recipe, Request, missing_change
from stratakit.recipes.widening import Widening, widenings
from stratakit.revisions import phases


class WidenKey(Recipe):
    """Give a primary key, and all columns that reference it, 64 bits instead of 32."""

    name = "widen-key"
    target = "TABLE"

    def plan(self, request: Request) -> Plan:
        """Add columns of 64 bits, fill them, and put them in the place of the old ones."""
        key = request.key()
        if len(key) > 1:
            raise UsageError(
                f"The primary key of {request.table} has several columns.",
                hint=f"Widen the key that it references: {MIGRATE} recipe widen-key TABLE",
            )
        columns: dict[str, set[str]] = {}
        for each in walk.flatten(request.change.operations):
            if isinstance(each, ops.AlterColumnOp) and isinstance(each.modify_type, BigInteger):
                columns.setdefault(walk.full_name(each), set()).add(each.column_name)
        if key[0] not in columns.get(request.table, set()):
            raise missing_change(self, request, f"declare {request.table}.{key[0]} as BigInteger")
        tables = widenings(request, key[0], columns)
        for table in tables:
            for reference in table.references:
                if reference.column not in table.columns:
                    wanted = f"declare {reference.table}.{reference.column} as BigInteger, too"
                    raise missing_change(self, request, wanted)
        expanded = [table.expand(request.table_name, key[0]) for table in tables]
        steps = [steps[0] for steps in expanded]
        steps += [step for steps in expanded for step in steps[1:]]
        return Plan(
            [*steps, _swap(request, tables)],
            {table.backfill: table.backfill_source() for table in tables},
            _timeline(tables),
        )


def _swap(request: Request, tables: list[Widening]) -> RevisionStep:
    """Return the step that puts the new columns in the place of the old ones, at once."""
    step = RevisionStep(
        "swap",
        downgrade=[IrreversibleOp()],
        is_contract=True,
        phase=phases.CONTRACT,
        irreversible=f"keys of {request.table} may need 64 bits",
    )
    locked = ", ".join(table.table for table in tables)
    step.upgrade = [allow("lock-table", "all tables are locked in one order, for an instant")]
    if len(tables) > 1:
        step.upgrade.append(allow("two-tables-locked", "a lock timeout ends the wait"))
    step.upgrade.append(ops.ExecuteSQLOp(f"LOCK TABLE {locked} IN ACCESS EXCLUSIVE MODE"))
    for trigger in (each for table in tables for each in table.triggers()):
        reason = f"{trigger.new} takes the place of {trigger.old}"
        step.upgrade += [
            allow("trigger", reason),
            allow("drop-object", reason),
            trigger.reverse(),
        ]
    # The references are dropped before the keys that they reference.
    statements = [sql for table in reversed(tables) for sql in table.drop_keys()]
    statements += [sql for table in tables for sql in table.swap()]
    step.upgrade += [
        allow(rule, "a column of 64 bits takes the place") for rule in _rules(statements)
    ]
    step.upgrade.append(StatementsOp(statements, "puts the columns of 64 bits in their place"))
    return step


def _rules(statements: list[str]) -> list[str]:
    """Return the rules that find the exchange of the columns, as far as it has such statements."""
    rules = ["drop-constraint", "drop-column", "rename-column"]
    if any("RENAME CONSTRAINT" in sql for sql in statements):
        rules += ["drop-foreign-key", "rename-constraint"]
    if any("ALTER SEQUENCE" in sql and "RENAME" in sql for sql in statements):
        rules.append("rename-schema")
    return rules


def _timeline(tables: list[Widening]) -> tuple[str, ...]:
    names = ", ".join(table.request.table for table in tables)
    return (
        f"{MIGRATE} upgrade --rolling: adds columns of 64 bits to {names}, and triggers that set "
        "them. It stops until the backfills are complete.",
        *(f"{MIGRATE} backfill {table.backfill}" for table in tables),
        f"{MIGRATE} upgrade --rolling",
        "Deploy the code, with prepared statements off: prepare_threshold=None of psycopg, "
        "prepared_statement_cache_size=0 of asyncpg. They fail when the type of a column changes.",
        f"{MIGRATE} upgrade, after the last process of the old code has ended: puts the new "
        "columns in the place of the old ones. It cannot be undone.",
        "Deploy the code with prepared statements again.",
    )
