"""The options of a run that applies revisions."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

from alembic.config import Config as AlembicConfig
from alembic.operations.ops import MigrateOperation
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from stratakit.config import Config
from stratakit.engine.url import DatabaseURL

KEY = "stratakit"
"""Of Alembic's `Config.attributes`."""


AfterStep = Callable[[MigrationContext, Collection[str]], None]
"""A function that is called with the context and the heads of the database after a revision."""

Reconcile = Callable[[list[MigrateOperation], Connection], None]
"""A function that changes the operations that autogenerate found in a database."""


class StepProgress(Protocol):
    """A receiver of the progress of a run."""

    def begin(self, step: Any) -> None:
        """Note that a step of Alembic begins, or is tried again after a wait."""

    def end(self) -> None:
        """Note that the step is done and committed."""

    def stop(self) -> None:
        """Note that the run has ended, perhaps in the middle of a step."""


@dataclass(frozen=True)
class RunOptions:
    """One run of env.py on behalf of a command; the defaults are those of a program's call.

    Args:
        plan: called before the lock is acquired, and only reads; it returns the ids of the
            revisions to run. None runs all that Alembic's command asks for.
        dry_run: stop after `plan`.
        before_first_step: called with the database once the lock is held and something will run.
        after_step: called in the transaction of each revision, once it has run, with the heads of
            the database.
        progress: called when a revision begins and ends.
        finish: called when the run has ended, whether or not anything ran.
        describe: called with a sentence for each change that autogenerate writes.
        confirmed_database: the database that may lose data in production, by its name.
        lose: the tables and columns that may be lost, by their names.
        interactive: whether a person at a terminal may be asked.
        note: why a stamp was forced, for the log.
        check_stamp: called with the revision that is about to be stamped, or None for the state
            before the first one; it refuses a stamp that is not true.
        reconcile: called with the operations that autogenerate found, which it changes, and with
            the connection to the database that was compared.
        is_older: called with a phrase for a change that autogenerate found; returns whether the
            change is left out of the revision, because the difference is older.
        steps: sets the steps of a new revision, from autogenerate's `Change` and the context.
        is_scratch: whether the database is a scratch database, which has nothing to lose.
        continue_command: the verb that continues a failed run, such as `upgrade --rolling`; empty
            if it follows from the revisions that are left.
    """

    plan: Callable[[MigrationContext], Collection[str]] | None = None
    dry_run: bool = False
    before_first_step: Callable[[DatabaseURL], None] | None = None
    after_step: AfterStep | None = None
    progress: StepProgress | None = None
    finish: Callable[[MigrationContext], None] | None = None
    describe: Callable[[str], None] | None = None
    confirmed_database: str | None = None
    lose: Collection[str] = ()
    interactive: bool = False
    note: str | None = None
    check_stamp: Callable[[MigrationContext, Config, str | None], None] | None = None
    reconcile: Reconcile | None = None
    is_older: Callable[[str], bool] | None = None
    steps: Callable[[Any, MigrationContext], None] | None = None
    is_scratch: bool = False
    continue_command: str = ""


def run_options(alembic: AlembicConfig) -> RunOptions | None:
    """Return the options of a command's run; None for a run of plain `alembic`."""
    options = alembic.attributes.get(KEY)
    return options if isinstance(options, RunOptions) else None
