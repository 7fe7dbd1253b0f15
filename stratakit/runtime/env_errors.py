"""Messages for an env.py that cannot be run."""

import errno
import socket
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import (
    DatabaseUnavailable,
    StrataError,
    UsageError,
    application_line,
    describe_exception,
)
from stratakit.engine.errors import driver_classes, driver_message

SETTINGS_ERRORS = {"SettingsError", "ValidationError"}
"""The errors of pydantic's settings, by name: the library does without pydantic."""
UNREACHABLE = {errno.ECONNREFUSED, errno.EHOSTUNREACH, errno.ENETUNREACH, errno.ETIMEDOUT}


def explain_environment_error(file: Path, error: BaseException) -> StrataError:
    """Explain an error that env.py raised before it ran a migration.

    Args:
        file: env.py.
        error: the error.
    """
    line = application_line(error)
    where = f" ({line})" if line else ""
    if _is_unreachable(error):
        return DatabaseUnavailable(
            f"The database of {file} cannot be reached: {driver_message(error)}{where}",
            detail="Nothing was read or changed.",
            hint="Start it, or name one that answers where env.py reads its URL from.",
        )
    if isinstance(error, SystemExit):
        return UsageError(
            f"{file} exits with {error.code!r}{where}.",
            hint="Read its output above, or let it raise an error with the reason.",
        )
    if not isinstance(error, Exception):
        raise error
    if isinstance(error, SyntaxError) and error.filename:
        return UsageError(
            f"{error.filename}:{error.lineno}: {error.msg}.",
            detail="A file that Python cannot read stops every command that imports it.",
            hint=f"Correct it, then: {MIGRATE} check",
        )
    description = describe_exception(error)
    if type(error).__name__ in SETTINGS_ERRORS:
        return UsageError(f"The settings are not valid: {description}{where}")
    return UsageError(
        f"{file} cannot be run: {description}{where}.",
        detail="env.py names the database and the models.",
        hint=f"{_remedy(error)}\nThen: {MIGRATE} check",
    )


def _is_unreachable(error: BaseException) -> bool:
    """Return whether a driver could not connect, in spite of a wrapper by the application."""
    if isinstance(error, FileNotFoundError):
        # Without a name it is of a socket, and not of a file that the application opens.
        return error.filename is None
    if isinstance(error, OSError):
        return error.errno in UNREACHABLE or isinstance(error, socket.gaierror | TimeoutError)
    if isinstance(error, DBAPIError):
        # A statement that env.py executed by itself has failed in a database that was reached.
        return error.statement is None
    return bool(driver_classes(error) & {"OperationalError", "InterfaceError"})


def _remedy(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError):
        return f"Install the package that brings {error.name} into this environment."
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"Create {error.filename}, which the application reads when it is imported."
    if isinstance(error, KeyError):
        return f"Set {error.args[0] if error.args else 'it'} in the environment or in .env."
    return "Correct it there."
