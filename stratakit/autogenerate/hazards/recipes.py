"""The recipe for a change that running code does not survive in one step."""

from stratakit.config import Backend
from stratakit.diagnostics.command import MIGRATE

ADVICE = "\nFor zero downtime, delete the revisions of this change"


def advise(backend: Backend, recipe: str, target: str, rest: str = "", *, before: str = "") -> str:
    """Return the line of a review comment that names a recipe; empty if the database has none.

    Args:
        backend: the kind of database.
        recipe: its name.
        target: what it changes, such as `orders.total`.
        rest: its other arguments.
        before: what a person does first, as a clause.
    """
    if backend != "postgresql":
        return ""
    command = f"{MIGRATE} recipe {recipe} {target} {rest}".rstrip()
    return f"{ADVICE}, {before}and run: {command}"


def without_advice(hazard: str) -> str:
    """Return a hazard without the line that names a recipe."""
    return hazard.partition(ADVICE)[0]
