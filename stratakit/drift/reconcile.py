"""Alembic's operations, reconciled with the differences of two catalogs.

The catalogs decide whether there is a difference: `check` and `create` agree by that. Alembic
compares texts, so it finds differences that are none, such as an index on an expression that the
database writes in other words, and misses others, such as the condition of a CHECK.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from alembic.operations import ops
from sqlalchemy import Boolean, Connection, Enum, MetaData

from stratakit.catalog import Difference
from stratakit.drift.catalogs import CatalogComparison, compare_catalogs
from stratakit.drift.completion import Completion
from stratakit.drift.unreflected import complete_reverses
from stratakit.engine.connect import connect
from stratakit.operations import enums, walk
from stratakit.runtime.environment import Environment
from stratakit.scratch.head import head_database

KINDS: dict[str, set[str]] = {
    "index": {"index", "unique constraint"},
    "unique": {"index", "unique constraint"},
    "foreignkey": {"foreign key"},
    "check": {"check constraint"},
    "primary": {"primary key"},
}
"""The catalog's kinds of an object that an operation creates or drops, by Alembic's."""

ATTRIBUTES: dict[str, set[str]] = {
    "modify_type": {"type", "collation"},
    "modify_nullable": {"not null"},
    "modify_server_default": {"default", "identity", "extra", "generated", "expression"},
    "modify_comment": {"comment"},
}
"""The catalog's attributes of a column that an argument of `alter_column` changes."""
UNCHANGED = {"modify_server_default": False, "modify_comment": False}

ENUM_OPERATIONS = (enums.AddEnumValueOp, enums.UnresolvedEnumChangeOp)


def reconciliation(
    project: Environment,
) -> Callable[[list[ops.MigrateOperation], Connection], None]:
    """Compare the catalogs, and return what lets them decide on Alembic's operations.

    While env.py runs, every connection is to the database that it configures; so this is before.

    Args:
        project: what env.py says.

    Raises:
        StrataError: there is no server for a scratch database, or a revision fails.
    """
    with head_database(project) as url, connect(url, read_only=True) as connection:
        compared = compare_catalogs(project, connection)
    return partial(apply_catalogs, compared, project.metadata)


def apply_catalogs(
    comparison: CatalogComparison,
    metadata: MetaData,
    operations: list[ops.MigrateOperation],
    connection: Connection,
) -> None:
    """Remove the operations that the catalogs do not confirm, and add those that are missing.

    Args:
        comparison: the catalogs, and their differences.
        metadata: the tables of the models.
        operations: nested as Alembic's comparison returns them; changed in place.
        connection: to the database that was compared, from which dropped objects are reflected.
    """
    confirmation = _Confirmation(comparison, connection.dialect.default_schema_name or "")
    operations[:] = confirmation.confirm(operations)
    covered = {
        subject for each in walk.flatten(operations) for subject in confirmation.covered(each)
    }
    uncovered = [
        each
        for each in comparison.differences
        if not covered & {(*each.key[1:], each.attribute), (*each.key[1:], "")}
    ]
    Completion(operations, uncovered, comparison.new_indexes, metadata, connection).complete()
    for operation in walk.flatten(operations):
        if isinstance(operation, ops.AlterColumnOp):
            _leave_check_out(operation)
    complete_reverses(operations, comparison.actual, connection)


def _leave_check_out(operation: ops.AlterColumnOp) -> None:
    """Leave the CHECK of a type to the operations that create and drop it.

    Alembic would create it although the column has the CHECK of the old type, and not restore that.
    """
    type_ = operation.modify_type
    if isinstance(type_, Boolean | Enum) and type_.name and type_.create_constraint:
        operation.modify_type = copied = type_.copy()  # type: ignore[no-untyped-call]
        copied.create_constraint = False


class _Confirmation:
    """The catalogs' word on each operation."""

    def __init__(self, comparison: CatalogComparison, default_schema: str) -> None:
        self._differences = comparison.seen
        self._known = {
            (key.table, key.name.casefold()) for key in {*comparison.expected, *comparison.actual}
        }
        # Alembic compares what the database refuses, and the catalogs do not.
        self._refused = comparison.failures
        self._default_schema = default_schema
        self._tables = {
            each.key.name for each in self._differences if each.key.kind == "table"
            and not each.attribute
        }  # fmt: skip

    def confirm(self, operations: Sequence[ops.MigrateOperation]) -> list[ops.MigrateOperation]:
        """Return the operations that the catalogs confirm."""
        confirmed: list[ops.MigrateOperation] = []
        for operation in operations:
            if isinstance(operation, ops.OpContainer):
                operation.ops = self.confirm(operation.ops)
                confirmed += [operation] if operation.ops else []
            elif self._is_confirmed(operation):
                confirmed.append(operation)
        return confirmed

    def covered(self, operation: ops.MigrateOperation) -> Iterator[tuple[str, str, str]]:
        """Return the differences that an operation removes: table, object and attribute.

        An empty attribute is all of them.
        """
        _, name = walk.subject(operation)
        table = walk.catalog_table(operation, self._default_schema)
        if isinstance(operation, ops.AlterColumnOp):
            for argument in _changed(operation):
                yield from ((table, name, each) for each in ATTRIBUTES[argument])
        elif isinstance(operation, ops.CreateTableOp | ops.DropTableOp):
            yield ("", table, "")
        elif isinstance(operation, ops.CreateTableCommentOp | ops.DropTableCommentOp):
            yield ("", table, "comment")
        elif isinstance(operation, (*ENUM_OPERATIONS, enums.CreateEnumOp, enums.DropEnumOp)):
            yield ("", walk.qualified(operation.schema, name, self._default_schema), "")
        else:
            for each in self._of(operation):
                yield (table, each.key.name, "")

    def _is_confirmed(self, operation: ops.MigrateOperation) -> bool:
        table = walk.catalog_table(operation, self._default_schema)
        if table in self._tables or table in self._refused:
            return True
        match operation:
            case ops.CreateTableOp() | ops.DropTableOp():
                return False
            case ops.AlterColumnOp():
                return self._restrict(operation, table)
            case ops.CreateTableCommentOp() | ops.DropTableCommentOp():
                return ("", table, "comment") in self._subjects
            case ops.DropConstraintOp(constraint_name=None):
                # It would fail: a constraint of SQLite may have no name.
                return False
            case (
                ops.AddConstraintOp()
                | ops.DropConstraintOp()
                | ops.CreateIndexOp()
                | (ops.DropIndexOp())
            ):
                return bool(self._of(operation))
            case enums.AddEnumValueOp() | enums.UnresolvedEnumChangeOp() if not self._refused:
                _, name = walk.subject(operation)
                full_name = walk.qualified(operation.schema, name, self._default_schema)
                return ("", full_name, "values") in self._subjects
        return True

    @property
    def _subjects(self) -> set[tuple[str, str, str]]:
        return {(*each.key[1:], each.attribute) for each in self._differences}

    def _restrict(self, operation: ops.AlterColumnOp, table: str) -> bool:
        """Restrict an alteration to what differs, and return whether anything is left."""
        differing = {
            each.attribute
            for each in self._differences
            if each.key[1:] == (table, operation.column_name)
        }
        for argument in _changed(operation):
            if not differing & ATTRIBUTES[argument]:
                setattr(operation, argument, UNCHANGED.get(argument))
        return operation.has_changes()

    def _of(self, operation: ops.MigrateOperation) -> list[Difference]:
        """Return the differences that an operation on a constraint or an index may remove.

        Without a name that a catalog has, it may be each of its kind.
        """
        kinds = KINDS.get(_kind(operation), set())
        table = walk.catalog_table(operation, self._default_schema)
        name = walk.subject(operation)[1].casefold()
        return [
            each
            for each in self._differences
            if each.key.table == table
            and each.key.kind in kinds
            and (each.key.name.casefold() == name or (table, name) not in self._known)
        ]


def _changed(operation: ops.AlterColumnOp) -> list[str]:
    return [
        argument
        for argument in ATTRIBUTES
        if getattr(operation, argument) is not UNCHANGED.get(argument)
    ]


def _kind(operation: ops.MigrateOperation) -> str:
    match operation:
        case ops.CreateIndexOp() | ops.DropIndexOp():
            return "index"
        case ops.CreateUniqueConstraintOp():
            return "unique"
        case ops.CreateForeignKeyOp():
            return "foreignkey"
        case ops.CreateCheckConstraintOp():
            return "check"
        case ops.DropConstraintOp():
            return operation.constraint_type or ""
    return ""
