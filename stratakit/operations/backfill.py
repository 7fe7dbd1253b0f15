"""Old rows that get a value in batches, each a transaction of its own."""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations, ops
from sqlalchemy import text

from stratakit.operations.rendering import arguments, quoted

ROWS = 1000


@Operations.register_operation("fill_in_batches")
class FillOp(ops.MigrateOperation):
    """Give a value to the rows that hold NULL; whoever runs it again goes on where it ended."""

    def __init__(
        self,
        table_name: str,
        column_name: str,
        value: str,
        *,
        key: str,
        rows: int = ROWS,
        schema: str | None = None,
    ) -> None:
        self.table_name, self.column_name, self.value = table_name, column_name, value
        self.key, self.rows, self.schema = key, rows, schema
        self.said = f"fills {table_name}.{column_name}"

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("fill_in_batches", self.table_name, self.column_name)

    @classmethod
    def fill_in_batches(
        cls,
        operations: Operations,
        table_name: str,
        column_name: str,
        value: str,
        *,
        key: str,
        rows: int = ROWS,
        schema: str | None = None,
    ) -> None:
        """Fill a column where it is NULL.

        Args:
            value: an expression in SQL.
            key: what tells the rows apart: a column, or `ctid`.
            rows: how many at once.
        """
        operations.invoke(cls(table_name, column_name, value, key=key, rows=rows, schema=schema))


@Operations.implementation_for(FillOp)
def _fill(operations: Operations, operation: FillOp) -> None:
    context = operations.get_context()
    table = quoted(operations, operation.table_name, operation.schema)
    column, key = (quoted(operations, each) for each in (operation.column_name, operation.key))
    update = (
        f"UPDATE {table} SET {column} = {operation.value} WHERE {key} IN "
        f"(SELECT {key} FROM {table} WHERE {column} IS NULL LIMIT {operation.rows})"
    )
    with context.autocommit_block():
        if context.as_sql:
            loop = f"BEGIN LOOP {update}; EXIT WHEN NOT FOUND; COMMIT; END LOOP; END"
            operations.execute(f"DO $$ {loop} $$")
            return
        while operations.get_bind().execute(text(update.replace(":", r"\:"))).rowcount:
            pass


@renderers.dispatch_for(FillOp)
def _rendered(_context: AutogenContext, operation: FillOp) -> str:
    named = arguments(
        operation.table_name,
        operation.column_name,
        operation.value,
        key=operation.key,
        schema=operation.schema,
    )
    return f"op.fill_in_batches({named})"
