"""Old rows that get a value in batches, written out in a revision."""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

ROWS = 1000


class FillOp(ops.MigrateOperation):
    """Code that gives a value to the rows that hold NULL.

    Args:
        table: the table, quoted and behind its schema.
        column: the column, quoted.
        value: an expression in SQL.
        key: what tells the rows apart: a column, or `ctid`.
    """

    def __init__(self, table: str, column: str, value: str, key: str) -> None:
        self.table, self.column, self.value, self.key = table, column, value, key

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("fill", self.table, self.column)


@renderers.dispatch_for(FillOp)
def _rendered(_context: AutogenContext, fill: FillOp) -> list[str]:
    update = f"UPDATE {fill.table} SET {fill.column} = {fill.value} WHERE {fill.key} IN "
    rows = f"(SELECT {fill.key} FROM {fill.table} WHERE {fill.column} IS NULL LIMIT {ROWS})"
    return [
        f"# {ROWS} rows at a time, each batch a transaction of its own.",
        "batch = sa.text(",
        f"    {update!r}",
        f"    {rows!r}",
        ")",
        "with op.get_context().autocommit_block():",
        "while op.get_bind().execute(batch).rowcount:",
        "pass",
        "",
        "",
    ]
