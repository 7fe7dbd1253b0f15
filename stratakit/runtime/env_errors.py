"""Messages for an env.py that cannot be run."""

import errno
import os
import socket
import sys
import traceback
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import (
    DatabaseUnavailable,
    StrataError,
    UsageError,
    application_line,
    describe_exception,
    mask_passwords,
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
            hint="Start it, or let env.py read the URL of a database that can be reached.",
        )
    if isinstance(error, SystemExit) and isinstance(error.code, str):
        return UsageError(
            mask_passwords(error.code),
            detail=f"{file} exits with this message{where}.",
        )
    if isinstance(error, SystemExit):
        return UsageError(
            f"{file} exits with {error.code!r}{where}.",
            hint="Read its output above, or make it raise an error with the reason.",
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
        return UsageError(
            f"The settings are not valid: {description}{where}.",
            hint=f"Set {_settings(error)} in the environment or in .env.",
        )
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


def _settings(error: Exception) -> str:
    """Return the names of the settings that pydantic refuses."""
    errors = getattr(error, "errors", None)
    names = [".".join(map(str, each["loc"])) for each in errors()] if callable(errors) else []
    return ", ".join(filter(None, names)) or "them"


def _remedy(error: Exception) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name:
        if _is_installed(error.name.partition(".")[0]):
            return f"Create the module {error.name}, or correct the import."
        return f"Install the package that brings {error.name} into this environment."
    if isinstance(error, FileNotFoundError) and error.filename:
        return f"Create {error.filename}, which the application reads when it is imported."
    if isinstance(error, KeyError) and error.args and _is_variable(error):
        return f"Set {error.args[0]} in the environment or in .env."
    return "Correct it there."


def _is_installed(package: str) -> bool:
    """Return whether a package exists, so that a part of it is missing."""
    return package in sys.modules or find_spec(package) is not None


def _is_variable(error: BaseException) -> bool:
    """Return whether `os.environ` has raised the error."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].filename in (os.__file__, "<frozen os>")
