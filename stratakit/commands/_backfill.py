"""Change rows while the application runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from stratakit.backfills import declaration
from stratakit.backfills.limits import BackfillLimits
from stratakit.backfills.progress import BackfillProgress
from stratakit.backfills.runner import BackfillOptions, BackfillRun
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.locking.policy import WaitPolicy
from stratakit.revisions import backfills
from stratakit.revisions.backfills import BackfillFile
from stratakit.runtime.environment import read_database, write_database

__all__ = [
    "BackfillLimits",
    "BackfillProgress",
    "BackfillStatus",
    "backfill",
    "backfill_status",
    "estimate_backfill",
]

MEASURED_ROWS = 100


@dataclass(frozen=True)
class BackfillStatus:
    """The state of one backfill in a database.

    Args:
        file: the backfill.
        rows: the rows that are done.
        started: when the first batch was; None if there was none.
        updated: when the last batch was.
        finished: when no row was left; None if it is not complete.
    """

    file: BackfillFile
    rows: int = 0
    started: datetime | None = None
    updated: datetime | None = None
    finished: datetime | None = None


@command
def backfill_status(config: Config) -> Sequence[BackfillStatus]:
    """Return the state of each backfill that has a file, in alphabetical order.

    Raises:
        StrataError: a file names no table, or env.py cannot be run.
        DatabaseUnavailable: the database cannot be reached.
    """
    files = [backfills.read_file(config, name) for name in backfills.names(config)]
    states = read_database(config, lambda context: backfills.read_states(_connection(context)))
    return [
        BackfillStatus(
            file,
            states[file.name]["rows_done"],
            states[file.name]["started"],
            states[file.name]["updated"],
            states[file.name]["finished"],
        )
        if file.name in states
        else BackfillStatus(file)
        for file in files
    ]


@command
def backfill(
    config: Config,
    name: str,
    *,
    batch_seconds: float = 0.1,
    limits: BackfillLimits | None = None,
    restart: bool = False,
    keep: bool = False,
    on_progress: Callable[[BackfillProgress], None] = lambda _progress: None,
) -> BackfillProgress:
    """Run a backfill to its end; it continues after the last batch of an earlier run.

    Args:
        config: the project's.
        name: of the file in `migrations/backfills`, without `.py`.
        batch_seconds: the time that a batch should take.
        limits: of the server's load, beyond which it pauses; by default those of `BackfillLimits`.
        restart: begin again at the first row.
        keep: continue although the file was edited.
        on_progress: called after each batch and each pause.

    Raises:
        StrataError: a batch failed, or the file was edited since the first batch.
        UsageError: there is no such backfill, or its file declares no batch.
        DatabaseUnavailable: the database was lost, or another run of it does not end.
    """
    policy = WaitPolicy.from_config(config)
    options = BackfillOptions(
        batch_seconds,
        limits or BackfillLimits(),
        policy.wait_seconds,
        policy.retry_seconds,
        restart=restart,
        keep=keep,
    )
    return _run(config, name, options, on_progress, BackfillRun.run)


@command
def estimate_backfill(config: Config, name: str) -> BackfillProgress:
    """Estimate how long a backfill takes: a batch of 100 rows is changed, measured and undone.

    Raises:
        StrataError: the batch failed.
        UsageError: there is no such backfill, or its file declares no batch.
        DatabaseUnavailable: the database cannot be reached.
    """
    return _run(
        config,
        name,
        BackfillOptions(wait_seconds=0),
        lambda _progress: None,
        lambda run: run.measure(MEASURED_ROWS),
    )


def _run(
    config: Config,
    name: str,
    options: BackfillOptions,
    report: Callable[[BackfillProgress], None],
    function: Callable[[BackfillRun], BackfillProgress],
) -> BackfillProgress:
    file = backfills.read_file(config, name)

    def write(context: MigrationContext) -> BackfillProgress:
        # env.py has put the project's folder on sys.path.
        loaded = declaration.load(file)
        return function(BackfillRun(_connection(context), loaded, options, report))

    return write_database(config, write)


def _connection(context: MigrationContext) -> Connection:
    assert context.connection is not None
    return context.connection
