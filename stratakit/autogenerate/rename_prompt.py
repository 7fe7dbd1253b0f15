"""What was dropped and added may have been renamed: at a terminal, the person there is asked.

Without an answer it stays a drop and an addition, with a finding that shows both.
"""

import sys
from collections.abc import Callable

from alembic.operations import ops

from stratakit.autogenerate import rename_candidates, rename_dependents
from stratakit.autogenerate.rename_dependents import Names
from stratakit.config import Backend
from stratakit.operations.enums import DifferingEnumOp, RenameEnumValueOp
from stratakit.operations.renames import RenameColumnOp, RenameTableOp

Ask = Callable[[str], bool]


def at_a_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def asked(question: str) -> bool:
    """Ask at the terminal; all but yes is no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def settle(operations: ops.UpgradeOps, backend: Backend, ask: Ask = asked) -> None:
    """Put renames in the place of what is dropped and added, where the answer is yes.

    Args:
        operations: an upgrade's; changed in place.
        backend: of the database.
        ask: called with each question.
    """
    names = Names()
    _tables(operations, names, backend, ask)
    tables = [each for each in operations.ops if isinstance(each, ops.ModifyTableOps)]
    for table in tables:
        _columns(table, names, ask)
    if names.tables or names.columns:
        for table in tables:
            if backend == "postgresql":
                rename_dependents.follow(table, names)
            # Undone from the end, each finds the names that it knows.
            table.ops.sort(key=_place)
    settled: list[ops.MigrateOperation] = []
    for operation in operations.ops:
        settled += (
            _values(operation, ask) if isinstance(operation, DifferingEnumOp) else [operation]
        )
    operations.ops[:] = settled


def _place(operation: ops.MigrateOperation) -> int:
    """The place of an operation: what drops old names is before a rename, all else behind it."""
    if isinstance(operation, ops.DropConstraintOp | ops.DropIndexOp):
        return 0
    return 1 if isinstance(operation, RenameColumnOp) else 2


def _tables(operations: ops.UpgradeOps, names: Names, backend: Backend, ask: Ask) -> None:
    for dropped in [each for each in operations.ops if isinstance(each, ops.DropTableOp)]:
        for created in rename_candidates.table_twins(dropped, operations.ops):
            old, new = dropped.table_name, created.table_name
            if not ask(f"Was table {old} renamed to {new}?"):
                continue
            names.tables[old] = new
            renames: list[ops.MigrateOperation] = [RenameTableOp(old, new, dropped.schema)]
            if backend == "postgresql":
                renames += rename_dependents.of_table(dropped, created, operations.ops, names)
            place = operations.ops.index(dropped)
            operations.ops[place : place + 1] = renames
            # Elsewhere than on PostgreSQL its indexes stay, under their names.
            operations.ops[:] = [
                each
                for each in operations.ops
                if not isinstance(each, ops.CreateTableOp | ops.ModifyTableOps)
                or each.table_name not in (old, new)
            ]
            break


def _columns(table: ops.ModifyTableOps, names: Names, ask: Ask) -> None:
    for dropped in [each for each in table.ops if isinstance(each, ops.DropColumnOp)]:
        for added in rename_candidates.column_twins(dropped, table.ops):
            old, new = dropped.column_name, added.column.name
            if ask(f"Was column {table.table_name}.{old} renamed to {new}?"):
                names.columns[table.table_name, old] = new
                rename = RenameColumnOp(table.table_name, old, new, table.schema)
                table.ops[table.ops.index(added)] = rename
                table.ops.remove(dropped)
                break


def _values(differing: DifferingEnumOp, ask: Ask) -> list[ops.MigrateOperation]:
    name, schema = differing.enum_name, differing.schema
    renamed = {
        old: new
        for old, new in differing.renamed.items()
        if ask(f"Was value {old} of enum {name} renamed to {new}?")
    }
    values = [renamed.get(value, value) for value in differing.values]
    left = DifferingEnumOp(name, values, differing.declared, schema=schema)
    renames = [RenameEnumValueOp(name, old, new, schema=schema) for old, new in renamed.items()]
    return [*renames, *([left] if left.removed or left.reordered else [])]
