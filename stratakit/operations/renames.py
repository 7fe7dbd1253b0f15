"""Renames of a column, of a table, and of a constraint, an index or a sequence."""

from typing import Literal

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy.dialects import postgresql

from stratakit.alembic_private import is_in_batch

ItemKind = Literal["constraint", "index", "sequence"]


class RenameColumnOp(ops.MigrateOperation):
    """A new name for a column, of which all else stays."""

    def __init__(self, table_name: str, old: str, new: str, schema: str | None = None) -> None:
        self.table_name, self.column_name, self.new, self.schema = table_name, old, new, schema
        self.summary = f"renames column {table_name}.{old} to {new}"

    def to_diff_tuple(self) -> tuple[str, str, str, str]:
        return ("rename_column", self.table_name, self.column_name, self.new)

    def reverse(self) -> "RenameColumnOp":
        return RenameColumnOp(self.table_name, self.new, self.column_name, self.schema)


class RenameTableOp(ops.MigrateOperation):
    """A new name for a table."""

    def __init__(self, old: str, new: str, schema: str | None = None) -> None:
        self.table_name, self.new, self.schema = old, new, schema
        self.summary = f"renames table {old} to {new}"

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("rename_table", self.table_name, self.new)

    def reverse(self) -> "RenameTableOp":
        return RenameTableOp(self.new, self.table_name, self.schema)


class RenameItemOp(ops.MigrateOperation):
    """A new name for a constraint, an index or a sequence of a table, on PostgreSQL.

    Args:
        kind: constraint, index or sequence.
        table: the table.
        old: the name in the database.
        new: the new name.
        schema: the schema of the table; None is the default schema.
    """

    def __init__(
        self,
        kind: ItemKind,
        table: str,
        old: str,
        new: str,
        schema: str | None = None,
    ) -> None:
        self.kind, self.table, self.old, self.new, self.schema = kind, table, old, new, schema
        self.summary = f"renames {kind} {old} of {table} to {new}"

    def to_diff_tuple(self) -> tuple[str, str, str, str]:
        return (f"rename_{self.kind}", self.table, self.old, self.new)

    def reverse(self) -> "RenameItemOp":
        return RenameItemOp(self.kind, self.table, self.new, self.old, self.schema)


@renderers.dispatch_for(RenameItemOp)
def _render_item(_context: AutogenContext, operation: RenameItemOp) -> str:
    return render_rename_item(operation)


@renderers.dispatch_for(RenameColumnOp)
def _render_column(context: AutogenContext, operation: RenameColumnOp) -> str:
    dialect = context.migration_context.dialect.name
    return render_rename_column(operation, dialect, batch=is_in_batch(context))


@renderers.dispatch_for(RenameTableOp)
def _render_table(_context: AutogenContext, operation: RenameTableOp) -> str:
    return render_rename_table(operation)


def render_rename_column(operation: RenameColumnOp, dialect: str, *, batch: bool = False) -> str:
    """Return the code that renames a column and keeps all else of it.

    On MySQL and MariaDB `op.alter_column` would declare the column again, and drop each attribute
    that is not repeated there:
    https://alembic.sqlalchemy.org/en/latest/ops.html#alembic.operations.Operations.alter_column

    Args:
        operation: the rename.
        dialect: SQLAlchemy's name of the dialect.
        batch: whether the code is inside `with op.batch_alter_table(...) as batch_op`.
    """
    table, old, new = operation.table_name, operation.column_name, operation.new
    if dialect in ("mysql", "mariadb"):
        name = f"`{operation.schema}`.`{table}`" if operation.schema else f"`{table}`"
        return f'op.execute("ALTER TABLE {name} RENAME COLUMN `{old}` TO `{new}`")'
    if batch:
        return f"batch_op.alter_column({old!r}, new_column_name={new!r})"
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    return f"op.alter_column({table!r}, {old!r}, new_column_name={new!r}{schema})"


def render_rename_table(operation: RenameTableOp) -> str:
    """Return the code that renames a table."""
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    return f"op.rename_table({operation.table_name!r}, {operation.new!r}{schema})"


def render_rename_item(operation: RenameItemOp) -> str:
    """Return the code that renames a constraint, an index or a sequence of PostgreSQL."""
    quote = postgresql.dialect().identifier_preparer.quote  # type: ignore[no-untyped-call]
    schema = f"{quote(operation.schema)}." if operation.schema else ""
    old, new, table = map(quote, (operation.old, operation.new, operation.table))
    statements = {
        "constraint": f"ALTER TABLE {schema}{table} RENAME CONSTRAINT {old} TO {new}",
        "index": f"ALTER INDEX {schema}{old} RENAME TO {new}",
        # An earlier rename of the table may have left the sequence another name.
        "sequence": f"ALTER SEQUENCE IF EXISTS {schema}{old} RENAME TO {new}",
    }
    return f"op.execute({statements[operation.kind]!r})"
