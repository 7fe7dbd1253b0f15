"""One kind of error for all that can stop a command."""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from errno import EACCES, ENOSPC, EROFS
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from alembic.util import CommandError
from sqlalchemy.exc import NoReferencedTableError

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError, UsageError
from stratakit.engine.errors import driver_error, driver_message
from stratakit.process.quiet import quiet_alembic
from stratakit.revisions.history import refuse_gap

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

TELLS_PROGRESS = {"upgrade", "downgrade", "stamp"}
"""The verbs in which Alembic's line for each revision is an answer."""
EXPECTED_WARNINGS = (
    # A type of an extension is compared by the catalog, which knows it.
    "Did not recognize type",
    # A database that newer code has migrated.
    "Revision .* is not present",
    # A cycle of foreign keys, which no order of the tables suits.
    "Cannot correctly sort tables",
)


def command(
    function: Callable[Concatenate[Config, Parameters], Result],
) -> Callable[Concatenate[Config, Parameters], Result]:
    """Let a function raise a StrataError for what Alembic, a driver or a file system refuses."""

    @wraps(function)
    def wrapped(config: Config, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        is_quiet = function.__name__ not in TELLS_PROGRESS
        with explained_errors(config), quiet_alembic() if is_quiet else nullcontext():
            return function(config, *args, **kwargs)

    return wrapped


@contextmanager
def explained_errors(config: Config) -> Iterator[None]:
    """Raise a StrataError for what Alembic, a driver or a file system refuses in the block."""
    with warnings.catch_warnings():
        for message in EXPECTED_WARNINGS:
            warnings.filterwarnings("ignore", message)
        try:
            yield
        except Exception as error:
            explained = _explain(error, config)
            if explained is None or explained is error:
                raise
            raise explained from error


def _explain(error: Exception, config: Config) -> StrataError | None:
    match error:
        case StrataError():
            return error
        case CommandError(__cause__=StrataError() as cause):
            return cause
        case CommandError():
            return StrataError(str(error))
        case SyntaxError():
            return UsageError(
                f"{error.filename}:{error.lineno}: {error.msg}.",
                detail="A file that Python cannot read stops every command that needs it.",
                hint=f"Correct it, then: {MIGRATE} check",
            )
        case KeyError():
            # Alembic looks up what a revision follows without asking whether it is there.
            refuse_gap(config.versions, config.revision_files)
        case NoReferencedTableError():
            return UsageError(
                f"{str(error).rstrip('.')}.",
                detail="The models that env.py imports do not have this table.",
                hint="Import its module in env.py, before it uses target_metadata.",
            )
        case _ if driver_error(error):
            return DatabaseUnavailable(f"The database refused or was lost: {driver_message(error)}")
        case FileNotFoundError() if error.filename and "/" not in str(error.filename):
            return UsageError(
                f"The program {error.filename} is not installed.",
                detail="A write hook of alembic.ini calls it. A revision that was written stays.",
                hint="Install it, or remove the hook from [post_write_hooks] of alembic.ini.",
            )
        case OSError() if error.filename and error.errno in (EACCES, EROFS, ENOSPC):
            return StrataError(f"{error.filename} cannot be written: {error.strerror}.")
    return None
