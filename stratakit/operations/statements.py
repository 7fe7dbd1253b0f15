"""Statements that Alembic has no operation for, each with the one that undoes it."""

from collections.abc import Sequence

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from stratakit.sql.tokenizer import as_python


class StatementOp(ops.ExecuteSQLOp):
    """A statement.

    Args:
        sql: the statement.
        undo: the statement that undoes it.
        summary: what the statement does, such as "adds sequence invoice_no".
        undo_summary: what the other one does.
        removes: whether the statement removes what other code may still use.
        index_name: the index that it is about, if there is one.
    """

    def __init__(
        self,
        sql: str,
        undo: str,
        summary: str,
        undo_summary: str,
        *,
        removes: bool = False,
        index_name: str = "",
    ) -> None:
        super().__init__(sql)
        self.index_name = index_name
        self.sql, self.undo, self.removes = sql, undo, removes
        self.summary, self.undo_summary = summary, undo_summary

    def reverse(self) -> ops.MigrateOperation:
        return StatementOp(
            self.undo,
            self.sql,
            self.undo_summary,
            self.summary,
            removes=not self.removes,
            index_name=self.index_name,
        )


class StatementsOp(ops.MigrateOperation):
    """Statements in a loop, so that a comment above it is about all of them."""

    def __init__(self, statements: Sequence[str], summary: str) -> None:
        self.statements, self.summary = tuple(statements), summary

    def to_diff_tuple(self) -> tuple[str, tuple[str, ...]]:
        return ("execute", self.statements)

    def reverse(self) -> ops.MigrateOperation:
        return ops.OpContainer()


@renderers.dispatch_for(StatementsOp)
def _render(_context: AutogenContext, operation: StatementsOp) -> list[str]:
    lines = (f"    {as_python(sql)}," for sql in operation.statements)
    return ["for statement in (", *lines, "):", "    op.execute(statement)"]


def drop_schema(schema: str, quoted: str) -> StatementOp:
    """Return the removal of an empty schema.

    Args:
        schema: its name.
        quoted: its name as the database writes it.
    """
    return StatementOp(
        f"DROP SCHEMA {quoted}",
        f"CREATE SCHEMA IF NOT EXISTS {quoted}",
        f"drops schema {schema}",
        f"adds schema {schema}",
        removes=True,
    )
