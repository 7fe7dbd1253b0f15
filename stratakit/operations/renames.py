"""A rename in a revision's file: of a column that keeps all else, of a table, or of a part."""

from typing import Literal

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

Kind = Literal["constraint", "index", "sequence"]


class RenameColumnOp(ops.MigrateOperation):
    """A column's new name."""

    def __init__(self, table_name: str, old: str, new: str, schema: str | None = None) -> None:
        self.table_name, self.column_name, self.new, self.schema = table_name, old, new, schema
        self.said = f"renames column {table_name}.{old} to {new}"

    def to_diff_tuple(self) -> tuple[str, str, str, str]:
        return ("rename_column", self.table_name, self.column_name, self.new)

    def reverse(self) -> "RenameColumnOp":
        return RenameColumnOp(self.table_name, self.new, self.column_name, self.schema)


class RenameTableOp(ops.MigrateOperation):
    """A table's new name."""

    def __init__(self, old: str, new: str, schema: str | None = None) -> None:
        self.table_name, self.new, self.schema = old, new, schema
        self.said = f"renames table {old} to {new}"

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("rename_table", self.table_name, self.new)

    def reverse(self) -> "RenameTableOp":
        return RenameTableOp(self.new, self.table_name, self.schema)


class RenamePartOp(ops.MigrateOperation):
    """The new name of a constraint, an index or a sequence, on PostgreSQL.

    Args:
        kind: which of them it is.
        of: its table.
        old: its name.
        new: the one that it gets.
        schema: of the table.
    """

    def __init__(
        self,
        kind: Kind,
        of: str,
        old: str,
        new: str,
        schema: str | None = None,
    ) -> None:
        self.kind, self.of, self.old, self.new, self.schema = kind, of, old, new, schema
        self.said = f"renames {kind} {old} of {of} to {new}"

    def to_diff_tuple(self) -> tuple[str, str, str, str]:
        return (f"rename_{self.kind}", self.of, self.old, self.new)

    def reverse(self) -> "RenamePartOp":
        return RenamePartOp(self.kind, self.of, self.new, self.old, self.schema)


@renderers.dispatch_for(RenamePartOp)
def _rendered_part(context: AutogenContext, operation: RenamePartOp) -> str:
    quote = context.migration_context.dialect.identifier_preparer.quote
    place = f"{quote(operation.schema)}." if operation.schema else ""
    old, new, table = map(quote, (operation.old, operation.new, operation.of))
    statements = {
        "constraint": f"ALTER TABLE {place}{table} RENAME CONSTRAINT {old} TO {new}",
        "index": f"ALTER INDEX {place}{old} RENAME TO {new}",
        # Who renamed the table before may have left it another name.
        "sequence": f"ALTER SEQUENCE IF EXISTS {place}{old} RENAME TO {new}",
    }
    return f"op.execute({statements[operation.kind]!r})"


@renderers.dispatch_for(RenameColumnOp)
def _rendered_column(context: AutogenContext, operation: RenameColumnOp) -> str:
    return code(operation, context.migration_context.dialect.name, batch=context._has_batch)


@renderers.dispatch_for(RenameTableOp)
def _rendered_table(_context: AutogenContext, operation: RenameTableOp) -> str:
    return table_code(operation)


def code(operation: RenameColumnOp, dialect: str, *, batch: bool = False) -> str:
    """The code that renames a column and keeps all else of it.

    On MySQL and MariaDB Alembic would declare the column anew, and lose what is not repeated there
    (https://alembic.sqlalchemy.org/en/latest/ops.html#alembic.operations.Operations.alter_column).
    """
    table, old, new = operation.table_name, operation.column_name, operation.new
    if dialect in ("mysql", "mariadb"):
        return f'op.execute("ALTER TABLE `{table}` RENAME COLUMN `{old}` TO `{new}`")'
    if batch:
        return f"batch_op.alter_column({old!r}, new_column_name={new!r})"
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    return f"op.alter_column({table!r}, {old!r}, new_column_name={new!r}{schema})"


def table_code(operation: RenameTableOp) -> str:
    """The code that renames a table."""
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    return f"op.rename_table({operation.table_name!r}, {operation.new!r}{schema})"
