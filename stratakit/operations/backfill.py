"""A value for the rows that exist, in batches that are transactions of their own.

For a table of up to some million rows, inside a revision. `stratakit backfill` runs those that take
longer: stratakit/backfills.
"""

import time

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations, ops
from sqlalchemy import Connection

from stratakit.operations.batches import MARK, BatchSize, KeyOrder, Position
from stratakit.operations.rendering import execute, quote, render_arguments, statement

ROWS = 1000
ROW_ID = "ctid"
"""The key of rows that have no other one on PostgreSQL; no index has its order."""


@Operations.register_operation("fill_in_batches")
class BackfillOp(ops.MigrateOperation):
    """A value for the rows in which a column is NULL.

    A backfill that was interrupted continues when it is run again.
    """

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
        self.summary = f"fills {table_name}.{column_name} in batches"

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
        """Set a column in the rows in which it is NULL.

        Args:
            operations: Alembic's operations, which `op` passes.
            table_name: the table.
            column_name: the column, which is NULL in the rows to fill.
            value: an SQL expression.
            key: the column that identifies a row: the primary key, or `ctid`.
            rows: the number of rows of the first batch; later ones take 100 ms.
            schema: the schema of the table.
        """
        operations.invoke(cls(table_name, column_name, value, key=key, rows=rows, schema=schema))


@Operations.implementation_for(BackfillOp)
def _fill_in_batches(operations: Operations, operation: BackfillOp) -> None:
    context = operations.get_context()
    table = quote(operations, operation.table_name, operation.schema)
    column, key = (quote(operations, each) for each in (operation.column_name, operation.key))
    change = f"UPDATE {table} SET {column} = {operation.value} WHERE {column} IS NULL"
    with context.autocommit_block():
        if not context.as_sql and operation.key != ROW_ID:
            _fill_in_order(operations.get_bind(), operation, change)
            return
        update = (
            f"{change} AND {key} IN "
            f"(SELECT {key} FROM {table} WHERE {column} IS NULL LIMIT {operation.rows})"
        )
        if context.as_sql:
            loop = f"BEGIN LOOP {update}; EXIT WHEN NOT FOUND; COMMIT; END LOOP; END"
            execute(operations, f"DO $$ {loop} $$")
            return
        while operations.get_bind().execute(statement(update)).rowcount:
            pass


def _fill_in_order(connection: Connection, operation: BackfillOp, change: str) -> None:
    """Fill the rows in the order of the key, so that no batch reads rows that are done."""
    name = ".".join(filter(None, (operation.schema, operation.table_name)))
    order = KeyOrder(connection.dialect, name, [operation.key])
    key, table = order.columns[0], order.table
    size = BatchSize(rows=operation.rows)
    after: Position | None = None
    while rows := order.next_rows(connection, after, size.rows):
        started = time.monotonic()
        # With LIMIT the linter sees that the statement changes a part of the table.
        batch = f"SELECT {key} FROM {table} WHERE {MARK} LIMIT {rows.count}"
        rows.execute(connection, f"{change} AND {key} IN ({batch})")
        size.adapt(time.monotonic() - started)
        after = rows.last


@renderers.dispatch_for(BackfillOp)
def _render(_context: AutogenContext, operation: BackfillOp) -> str:
    arguments = render_arguments(
        operation.table_name,
        operation.column_name,
        operation.value,
        key=operation.key,
        schema=operation.schema,
    )
    return f"op.fill_in_batches({arguments})"
