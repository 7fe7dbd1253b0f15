"""The raw result of a rule."""

from dataclasses import dataclass

from stratakit.lint.trace.statement import Statement


@dataclass(frozen=True)
class Violation:
    """A place in a revision that violates a rule.

    Args:
        message: the danger, with the names of this table and column; a full stop is added.
        suggestion: the Alembic code to write instead.
        statement: the statement that is the danger, if it is one.
        line: the line in the revision's file, if it is none.
    """

    message: str
    suggestion: str = ""
    statement: Statement | None = None
    line: int = 0

    @property
    def source_line(self) -> int:
        """The line in the revision's file: the statement's, if there is one."""
        return self.statement.line if self.statement else self.line
