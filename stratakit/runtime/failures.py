"""Errors of Alembic and of drivers, explained with their cause and their fix."""

import re
import traceback
from collections.abc import Sequence
from pathlib import Path

from alembic.runtime.migration import RevisionStep, StampStep
from alembic.script import ScriptDirectory
from alembic.script.revision import MultipleHeads
from sqlalchemy.exc import CompileError

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.errors import INSTALL_ON_SERVER_HINT, driver_message, missing_server_object
from stratakit.revisions import guards
from stratakit.runtime.monitor import LockWait, RunMonitor

MISSING = re.compile(r"relation .* does not exist|no such table|Table .* doesn't exist")
ROWS = re.compile(
    r"null values|not-null|violates|violated|Duplicate entry|UNIQUE|NOT NULL|truncated|out of range"
)
"""Errors of a statement that some rows do not allow."""
ON_SCRATCH = "It failed on a scratch database. The project's database was not changed."
UNDO = f"Undo the applied statements with the SQL that this prints: {MIGRATE} drift"
LOCKED = "database is locked"
"""The error of a statement that needs the lock of another connection."""
ALREADY_EXISTS = ("already exists", "duplicate column", "duplicate key name")


def explain_failure(
    error: Exception,
    config: Config,
    directory: ScriptDirectory,
    monitor: RunMonitor,
    stale_indexes: Sequence[str] = (),
    *,
    is_scratch: bool = False,
) -> StrataError | None:
    """Explain why a run failed.

    Args:
        error: the error of the run.
        config: the project's.
        directory: the revisions.
        monitor: what the run was doing.
        stale_indexes: the INVALID indexes of the failed statement, which the next run drops.
        is_scratch: whether the database is a scratch database, which is dropped.

    Returns:
        None if Alembic's own message is shown.
    """
    if isinstance(error.__cause__, MultipleHeads):
        return guards.several_heads_error(directory)
    if monitor.step is None or isinstance(monitor.step, StampStep):
        return None
    revision = monitor.step.revision
    reason = driver_message(error)
    place = _location(error, revision.path)
    if monitor.lock_wait and not is_scratch:
        return _lock_error(f"Revision {revision.revision} ({place})", monitor, monitor.lock_wait)
    message = f"Revision {revision.revision} ({place}) failed: {reason}{_more(error)}"
    kept = ON_SCRATCH if is_scratch else "Nothing of it was kept."
    if missing := missing_server_object(reason):
        return StrataError(f"{message}\n{missing}", detail=kept, hint=INSTALL_ON_SERVER_HINT)
    if LOCKED in reason and not str(getattr(error, "statement", "")).startswith("BEGIN"):
        return StrataError(
            message,
            detail="The revision writes by a connection of its own, and waits for the transaction "
            f"in which it runs: SQLite has one writer. {kept}",
            hint="Execute its statements by the connection of the migration: op.get_bind()",
        )
    if monitor.started_empty and monitor.nothing_committed and MISSING.search(reason):
        return _missing_table_error(message, kept, monitor)
    if is_scratch:
        return StrataError(
            message, detail=kept, hint="Fix the revision, and run the command again."
        )
    if monitor.nothing_committed and any(sign in reason.lower() for sign in ALREADY_EXISTS):
        return _existing_object_error(message, monitor, monitor.step)
    if monitor.nothing_committed:
        return _rolled_back_error(message, monitor, monitor.step, stale_indexes)
    return _partial_run_error(message, monitor, monitor.step, stale_indexes)


def _existing_object_error(message: str, monitor: RunMonitor, step: RevisionStep) -> StrataError:
    """Return the error of a revision that creates an object which the database has already."""
    revision = step.revision.revision
    adopt = (
        f"Find the revision of the database by comparison: {MIGRATE} adopt"
        if monitor.started_empty
        else (
            f"If the database matches {revision}, stamp it; `stamp` compares first: {MIGRATE} "
            f"stamp {revision}"
        )
    )
    source = Path(step.revision.path).read_text(encoding="utf-8")
    may_have_run = guards.AUTOCOMMIT.search(source) is not None
    if monitor.transactional and not may_have_run:
        return StrataError(
            message,
            detail="create_all or a person created it, not the migrations. Nothing "
            f"of the revision was kept: the database is {monitor.place}.",
            hint=adopt,
        )
    return StrataError(
        message,
        detail="create_all, a person, or an earlier run of this revision that failed created "
        f"it. The database is {monitor.place}.",
        hint=f"{adopt}\nOtherwise undo the changes of the earlier run with the SQL that "
        f"`{MIGRATE} drift` prints, then: {MIGRATE} {_command(monitor, step)}",
    )


def _missing_table_error(message: str, kept: str, monitor: RunMonitor) -> StrataError:
    """Return the error of a revision that needs a table which no revision creates."""
    hint = "Fix the revision, and run the command again."
    if not monitor.has_created_tables:
        # Otherwise the table is more likely misspelled than older than all revisions.
        hint += (
            "\nIf the table existed before the first revision, replace all revisions by one, from "
            f"a database at the last one: {MIGRATE} adopt --squash"
        )
    return StrataError(
        message,
        detail=f"On an empty database the previous revisions do not create it. {kept}",
        hint=hint,
    )


def _rolled_back_error(
    message: str, monitor: RunMonitor, step: RevisionStep, stale_indexes: Sequence[str]
) -> StrataError:
    """Return the error of a revision that left nothing but INVALID indexes."""
    stays = _describe_stale(step, stale_indexes)
    kept = "Nothing of it was kept: the" if not stays else f"{stays} The"
    is_about_rows = bool(stays) or ROWS.search(message)
    fix = "the rows or the revision" if is_about_rows else "the revision"
    return StrataError(
        message,
        detail=f"{kept} database is {monitor.place}.{_downgrade_warning(step)}",
        hint=f"Fix {fix}, then: {MIGRATE} {_command(monitor, step)}",
    )


def _partial_run_error(
    message: str, monitor: RunMonitor, step: RevisionStep, stale_indexes: Sequence[str]
) -> StrataError:
    """Return the error of a revision of which some statements are committed."""
    stays = _describe_stale(step, stale_indexes)
    return StrataError(
        f"{message}\n{monitor.progress()}",
        detail=f"{_describe_kept(monitor)}{f' {stays}' if stays else ''}{_downgrade_warning(step)}",
        hint=f"{UNDO}\n{_correction(message)}\nThen: {MIGRATE} {_command(monitor, step)}",
    )


def _correction(message: str) -> str:
    """Return what to correct before a revision is run again."""
    fix = f"Fix the revision, and record it: {MIGRATE} record"
    return f"Correct the rows. Or f{fix[1:]}" if ROWS.search(message) else fix


def _lock_error(revision: str, monitor: RunMonitor, wait: LockWait) -> StrataError:
    """Return the error of a revision that is correct, and waited too long for a lock."""
    step = monitor.step
    holders = "".join(f"\n  {each.description}" for each in wait.blockers)
    ends = "; ".join(each.end for each in wait.blockers if each.end)
    end = f", or end it: {ends}" if ends else ", or end it."
    return StrataError(
        f"{revision} got no lock on {wait.subject} in {wait.seconds:g} s "
        f"(MIGRATION_RETRY_SECONDS).{holders}"
        + ("" if monitor.nothing_committed else f"\n{monitor.progress()}"),
        detail=f"{_describe_kept(monitor)}{_downgrade_warning(step)}",
        hint=("" if monitor.nothing_committed else f"{UNDO}\n")
        + "The revision is correct. Wait until the session that holds the lock has ended"
        f"{end}\nThen: {MIGRATE} {_command(monitor, step)}",
    )


def _describe_kept(monitor: RunMonitor) -> str:
    """Return what a failed revision left, and the position of the database."""
    if monitor.nothing_committed:
        return f"Nothing of it was kept: the database is {monitor.place}."
    keeper = "An autocommit block" if monitor.transactional else "This database"
    return (
        f"{keeper} commits each statement that changes the schema: the applied statements stay. "
        f"The database is {monitor.place}."
    )


def _command(monitor: RunMonitor, step: RevisionStep) -> str:
    """Return the command that does the rest of the run, and no more."""
    if monitor.continue_command:
        return monitor.continue_command
    last = monitor.rest[-1] if monitor.rest else step
    if step.is_upgrade:
        return "upgrade" if last.revision.is_head else f"upgrade {last.revision.revision}"
    return f"downgrade {','.join(last.to_revisions_no_deps) or 'base'}"


def _verb(step: RevisionStep) -> str:
    return "upgrade" if step.is_upgrade else "downgrade"


def _describe_stale(step: RevisionStep, stale_indexes: Sequence[str]) -> str:
    if not stale_indexes:
        return ""
    indexes = ", ".join(stale_indexes)
    return f"An INVALID index {indexes} stays; the next {_verb(step)} drops it."


def _downgrade_warning(step: RevisionStep) -> str:
    if not step.is_upgrade:
        return ""
    return (
        f" Do not run `downgrade -1`: {step.revision.revision} was not applied, so the command "
        "would undo the previous revision."
    )


def is_interrupt(error: BaseException) -> bool:
    """Return whether an interrupt ended the run; leaving its transaction may fail, too."""
    seen: list[BaseException] = []
    cause: BaseException | None = error
    # An error that a listener for `handle_error` raises again is its own cause.
    while cause is not None and cause not in seen:
        if isinstance(cause, KeyboardInterrupt):
            return True
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
    return False


def explain_offline_failure(error: Exception, directory: ScriptDirectory) -> StrataError | None:
    """Explain why a revision cannot be written as SQL.

    Args:
        error: what its code raised, which got None for an answer, or no connection to look into.
        directory: the revisions.

    Returns:
        None if no revision raised it.
    """
    frames = {frame.filename for frame in traceback.extract_tb(error.__traceback__)}
    revision = next((each for each in directory.walk_revisions() if each.path in frames), None)
    if revision is None:
        return None
    before = revision.down_revision
    around = [
        *([f"sql {before}"] if isinstance(before, str) else []),
        *([] if revision.is_head else [f"sql {revision.revision}:head"]),
    ]
    hints = [
        f"Run it on the database itself: {MIGRATE} upgrade {revision.revision}",
        *(f"Print the SQL of the others: {MIGRATE} {each}" for each in around),
    ]
    place = f"{revision.revision} ({_location(error, revision.path)})"
    if isinstance(error, CompileError):
        return StrataError(
            f"Revision {place} cannot be written as SQL: {error}",
            detail="The driver sends such a value separately. Nothing was written.",
            hint="\n".join(
                [
                    "Write the value in the revision as SQL, such as "
                    """op.execute("INSERT INTO items (data) VALUES ('{}')").""",
                    *hints,
                ]
            ),
        )
    return StrataError(
        f"Revision {place} asks the database for an answer, which --sql cannot give: {error}",
        detail="A loop until no row is left, for instance, needs to know how many there were. "
        "Nothing was written.",
        hint="\n".join(hints),
    )


def _more(error: Exception) -> str:
    """Return PostgreSQL's detail and hint, which may name a row; not for HTTP responses."""
    diagnosis = getattr(getattr(error, "orig", None), "diag", None)
    added = {
        "DETAIL": getattr(diagnosis, "message_detail", None),
        "HINT": getattr(diagnosis, "message_hint", None),
    }
    return "".join(f"\n  {name}: {text}" for name, text in added.items() if text)


def _location(error: Exception, path: str) -> str:
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == path
    ]
    return f"{Path(path).name}:{lines[-1]}" if lines else Path(path).name
