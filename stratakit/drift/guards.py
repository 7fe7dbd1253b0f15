"""Refusal of a stamp that the schema does not match."""

from sqlalchemy import Connection

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.drift.database import Differences, compare_database
from stratakit.revisions import history, position


def refuse_difference(connection: Connection, config: Config, revision: str | None) -> None:
    """Raise a StrataError where a database is not what a revision makes.

    Args:
        revision: a revision id; None for the state before the first one.
    """
    found = compare_database(connection, config, revision, ignore_primary_key_names=True)
    if found:
        name = revision or "base"
        raise StrataError(
            f"The database is not what {name} makes. What differs:\n{found}",
            detail="A stamp that is not true makes later revisions fail, or skip what they need.",
            hint=_hint(connection, config, name, found),
        )


def _hint(connection: Connection, config: Config, name: str, found: Differences) -> str:
    """What brings a database to a revision that it is not at."""
    chain = history.read(config.versions)
    standing = next(iter(position.current_heads(connection)), None)
    known = standing is None or standing in chain
    if (
        known
        and standing != name
        and not compare_database(connection, config, standing, ignore_primary_key_names=True)
    ):
        if standing is None or standing in chain.ancestors([name]):
            return f"Apply what is missing: {MIGRATE} upgrade {name}"
        return f"Undo what is too much: {MIGRATE} downgrade {name}"
    for head in chain.heads if len(chain.heads) == 1 else ():
        if head not in (name, standing) and not compare_database(
            connection, config, head, ignore_primary_key_names=True
        ):
            return f"It is what {head} makes: {MIGRATE} stamp {head}"
    return (
        f"Make it so by hand:\n{found.sql}\n"
        "or, knowing better, with a reason that is logged: "
        f'{MIGRATE} stamp {name} --force "reason"'
    )
