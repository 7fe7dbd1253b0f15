"""What a command tells the environment in which its revisions run."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection

from stratakit.engine.url import DatabaseURL

if TYPE_CHECKING:
    from stratakit.revisions.environment import Environment

KEY = "stratakit"
"""Of Alembic's `Config.attributes`."""


@dataclass(frozen=True)
class RunOptions:
    """One run of env.py on behalf of a command; the defaults are those of a program's call.

    Args:
        capture: called with what env.py names, instead of running anything.
        plan: called before the lock is taken, on a connection that only reads; it returns the ids
            of the revisions to run. None runs all that Alembic's command asks for.
        dry_run: stop after `plan`.
        before_first_step: called with the database once the lock is held and something will run.
        finish: called on the connection when the run has ended, whether or not anything ran.
        describe: called with a sentence for each change that autogenerate writes.
        confirmed_database: the database that may lose data in production, by its name.
        interactive: whether a person at a terminal may be asked.
        note: why a stamp was forced, for the log.
        skip_stamp_check: whether the command has compared the schema already.
    """

    capture: "Callable[[Environment], None] | None" = None
    plan: Callable[[Connection], Collection[str]] | None = None
    dry_run: bool = False
    before_first_step: Callable[[DatabaseURL], None] | None = None
    finish: Callable[[Connection], None] | None = None
    describe: Callable[[str], None] | None = None
    confirmed_database: str | None = None
    interactive: bool = False
    note: str | None = None
    skip_stamp_check: bool = False


def run_options(alembic: AlembicConfig) -> RunOptions:
    """Return the options of a run; those of plain `alembic`, which a person runs, by default."""
    options = alembic.attributes.get(KEY)
    return options if isinstance(options, RunOptions) else RunOptions(interactive=True)
