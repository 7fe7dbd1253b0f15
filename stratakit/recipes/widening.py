"""A table whose 32-bit columns are replaced by columns of 64 bits under the same names."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from alembic.operations import ops
from sqlalchemy import BigInteger, Column
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedForeignKeyConstraint
from sqlalchemy.schema import conv

from stratakit.autogenerate.change import RevisionStep
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.operations.comment import allow
from stratakit.operations.rendering import quote_literal
from stratakit.operations.snippets import quote_name
from stratakit.operations.sync_trigger import CreateSyncTriggerOp
from stratakit.orm.naming import shorten
from stratakit.recipes import expand
from stratakit.recipes.recipe import Request

SUFFIX = "_64"
"""The end of the names of what takes a place in the last step."""


def shadow(name: str) -> str:
    """Return the name under which something waits for its place."""
    return shorten(name + SUFFIX)


@dataclass(frozen=True)
class Reference:
    """A foreign key to the column.

    Args:
        table: the table that it is in, after its schema if it has one.
        key: the foreign key as SQLAlchemy reflects it.
    """

    table: str
    key: ReflectedForeignKeyConstraint

    @property
    def name(self) -> str:
        """The name of the foreign key."""
        assert self.key["name"]
        return self.key["name"]

    @property
    def column(self) -> str:
        """The column that references."""
        return self.key["constrained_columns"][0]


@dataclass(frozen=True)
class Widening:
    """The columns of one table that get 64 bits.

    Args:
        request: of this table.
        columns: the columns.
        references: the foreign keys of the table that reference a column that gets 64 bits.
    """

    request: Request
    columns: tuple[str, ...]
    references: tuple[Reference, ...] = ()

    @property
    def table(self) -> str:
        """The table as SQL writes it."""
        return quote_name(self.request.table)

    @property
    def backfill(self) -> str:
        """The name of the backfill."""
        return expand.backfill_name(self.request, shadow(self.columns[0]))

    def triggers(self) -> list[CreateSyncTriggerOp]:
        """Return the triggers that keep both columns equal."""
        return [
            CreateSyncTriggerOp(
                expand.trigger_name(self.request, shadow(column)),
                self.request.table_name,
                new=shadow(column),
                forward=quote_name(column),
                old=column,
                backward=quote_name(shadow(column)),
                schema=self.request.schema,
            )
            for column in self.columns
        ]

    def backfill_source(self) -> str:
        """Return the file of the backfill."""
        pairs = [(quote_name(each), quote_name(shadow(each))) for each in self.columns]
        assignments = ", ".join(f"{old} = {old}" for old, _ in pairs)
        different = " OR ".join(f"{new} IS DISTINCT FROM {old}" for old, new in pairs)
        return expand.backfill_source(
            self.request,
            f"Let the triggers of {self.request.table} set the columns of 64 bits.",
            f"UPDATE {self.table} SET {assignments}\nWHERE {{rows}} AND ({different})",
        )

    def expand(self, referenced: str, key: str) -> list[RevisionStep]:
        """Return the steps that add the new columns, their indexes and their constraints.

        Args:
            referenced: the name of the table of the key, without its schema.
            key: the column that the references name.
        """
        request, schema = self.request, self.request.schema
        operations: list[ops.MigrateOperation] = []
        for column in self._reflected():
            new = Column(shadow(column["name"]), BigInteger(), comment=column.get("comment"))
            operations.append(ops.AddColumnOp(request.table_name, new, schema=schema))
            if not column["nullable"]:
                operations.append(
                    ops.AlterColumnOp(
                        request.table_name,
                        new.name,
                        schema=schema,
                        existing_type=BigInteger(),
                        existing_nullable=True,
                        modify_nullable=False,
                    )
                )
        for name, columns, is_unique in [*self._keys(), *self._indexes()]:
            names = [shadow(each) if each in self.columns else each for each in columns]
            operations.append(
                ops.CreateIndexOp(
                    conv(shadow(name)), request.table_name, names, schema=schema, unique=is_unique
                )
            )
        operations += [self._foreign_key(each, referenced, key) for each in self.references]
        steps = expand.split(request, operations)
        for step in steps:
            step.phase = expand.EXPAND
            step.title = f"{step.title} {request.table_name}".strip()
        for trigger in self.triggers():
            reason = allow("trigger", f"it keeps {trigger.old} and {trigger.new} equal")
            steps[0].add([reason, trigger], [trigger.reverse()])
        expand.require_backfill(steps, self.backfill)
        return steps

    def drop_keys(self) -> Iterator[str]:
        """Yield the statements that drop the keys of the old columns."""
        for each in self.references:
            yield f"ALTER TABLE {self.table} DROP CONSTRAINT {quote_name(each.name)}"
        for name, _, _ in self._keys():
            yield f"ALTER TABLE {self.table} DROP CONSTRAINT {quote_name(name)}"

    def swap(self) -> Iterator[str]:
        """Yield the statements that put the new columns in the place of the old ones."""
        for column in self._reflected():
            yield from self._swap_column(column)
        primary = self.request.inspector.get_pk_constraint(
            self.request.table_name, schema=self.request.schema
        )["name"]
        for name, _, _ in self._keys():
            kind = "PRIMARY KEY" if name == primary else "UNIQUE"
            index = quote_name(shadow(name))
            yield (
                f"ALTER TABLE {self.table} ADD CONSTRAINT {quote_name(name)} {kind} "
                f"USING INDEX {index}"
            )
        for name, _, _ in self._indexes():
            yield f"ALTER INDEX {self._qualify(shadow(name))} RENAME TO {quote_name(name)}"
        for each in self.references:
            yield (
                f"ALTER TABLE {self.table} RENAME CONSTRAINT {quote_name(shadow(each.name))} "
                f"TO {quote_name(each.name)}"
            )

    def _swap_column(self, column: ReflectedColumn) -> Iterator[str]:
        old, new = quote_name(column["name"]), quote_name(shadow(column["name"]))
        sequence = f"{self.request.table_name}_{column['name']}_seq"
        here, waiting = self._qualify(sequence), self._qualify(shadow(sequence))
        identity, default = column.get("identity"), column.get("default") or ""
        is_serial = default.startswith("nextval(") and sequence in default
        if identity:
            kind = "ALWAYS" if identity["always"] else "BY DEFAULT"
            yield (
                f"ALTER TABLE {self.table} ALTER COLUMN {new} "
                f"ADD GENERATED {kind} AS IDENTITY (SEQUENCE NAME {waiting})"
            )
            yield (f"SELECT setval({quote_literal(waiting)}, last_value, is_called) FROM {here}")
        elif is_serial:
            yield f"ALTER SEQUENCE {here} OWNED BY NONE"
        yield f"ALTER TABLE {self.table} DROP COLUMN {old}"
        yield f"ALTER TABLE {self.table} RENAME COLUMN {new} TO {old}"
        if identity:
            yield f"ALTER SEQUENCE {waiting} RENAME TO {quote_name(sequence)}"
        elif is_serial:
            yield f"ALTER SEQUENCE {here} AS bigint OWNED BY {self.table}.{old}"
        if default:
            yield f"ALTER TABLE {self.table} ALTER COLUMN {old} SET DEFAULT {default}"

    def _reflected(self) -> list[ReflectedColumn]:
        found = self.request.inspector.get_columns(
            self.request.table_name, schema=self.request.schema
        )
        return [column for column in found if column["name"] in self.columns]

    def _keys(self) -> Iterator[tuple[str, list[str], bool]]:
        """Yield the primary key and the unique constraints that have one of the columns."""
        table, schema, inspector = (
            self.request.table_name,
            self.request.schema,
            self.request.inspector,
        )
        primary = inspector.get_pk_constraint(table, schema=schema)
        unique = inspector.get_unique_constraints(table, schema=schema)
        for name, columns in (
            (primary["name"], primary["constrained_columns"]),
            *((each["name"], each["column_names"]) for each in unique),
        ):
            if name and set(columns) & set(self.columns):
                yield name, columns, True

    def _indexes(self) -> Iterator[tuple[str, list[str], bool]]:
        """Yield the other indexes that have one of the columns."""
        table, schema = self.request.table_name, self.request.schema
        for index in self.request.inspector.get_indexes(table, schema=schema):
            name, columns = index["name"], index["column_names"]
            if not name or index.get("duplicates_constraint"):
                continue
            options = index.get("dialect_options", {})
            is_plain = "expressions" not in index and not options.get("postgresql_where")
            if not is_plain or index.get("column_sorting"):
                text = " ".join(map(str, (*index.get("expressions", ()), options)))
                if any(column in text for column in self.columns):
                    raise _no_plain_index(self.request, name)
            elif set(columns) & set(self.columns):
                yield name, [str(each) for each in columns], bool(index["unique"])

    def _foreign_key(self, each: Reference, table: str, key: str) -> ops.CreateForeignKeyOp:
        return ops.CreateForeignKeyOp(
            conv(shadow(each.name)),
            self.request.table_name,
            table,
            [shadow(each.column)],
            [shadow(key)],
            source_schema=self.request.schema,
            referent_schema=each.key["referred_schema"],
            **each.key.get("options", {}),
        )

    def _qualify(self, name: str) -> str:
        return quote_name(".".join(filter(None, (self.request.schema, name))))


def widenings(request: Request, key: str, columns: Mapping[str, set[str]]) -> list[Widening]:
    """Return the table of a key and the tables that reference it, in the order of their locks.

    Args:
        request: of the table of the key.
        key: the column.
        columns: the columns that the models widen, by their tables.
    """
    references: dict[str, list[Reference]] = {request.table: []}
    inspector = request.inspector
    for (schema, table), keys in sorted(
        inspector.get_multi_foreign_keys(schema=request.schema).items(), key=str
    ):
        name = ".".join(filter(None, (schema, table)))
        for each in keys:
            referenced = (each["referred_schema"] or schema, each["referred_table"])
            if (
                referenced != (request.schema, request.table_name)
                or key not in each["referred_columns"]
            ):
                continue
            if each["referred_columns"] != [key] or not each["name"]:
                raise UsageError(
                    f"The foreign key {each['name']} of {name} has several columns.",
                    hint=f'Write the revisions, and split them yourself: {MIGRATE} create "..."',
                )
            references.setdefault(name, []).append(Reference(name, each))
    found = []
    for name, keys_of_table in references.items():
        wanted = {each.column for each in keys_of_table} & columns.get(name, set())
        if name == request.table:
            wanted.add(key)
        found.append(
            Widening(replace(request, table=name), tuple(sorted(wanted)), tuple(keys_of_table))
        )
    return found


def _no_plain_index(request: Request, name: str) -> UsageError:
    return UsageError(
        f"The index {name} of {request.table} has an expression, a condition or an order.",
        detail="The recipe creates plain indexes again, and no others.",
        hint=f'Drop the index first, and create it again afterwards: {MIGRATE} create "..."',
    )
