"""The raw result of a rule."""

from dataclasses import dataclass

from stratakit.lint.trace.model import Statement


@dataclass(frozen=True)
class Violation:
    """What a rule found.

    Args:
        what: what is wrong, with the names in it.
        recipe: the Alembic code to write instead, for this table and column.
        statement: which one it is about.
        line: in the revision's file, where there is no statement.
    """

    what: str
    recipe: str = ""
    statement: Statement | None = None
    line: int = 0
