"""Errors that a person has to resolve, with their exit statuses."""

import re
import sys
import traceback
from pathlib import Path

PASSWORD = re.compile(r"(?<=://)(?P<user>[^\s:/@]*):[^\s/]+@")
"""A password in a URL; one with a slash in it has to be escaped there."""


def mask_passwords(text: str) -> str:
    """Replace the passwords of the URLs in a text that is not ours."""
    return PASSWORD.sub(r"\g<user>:***@", text)


def describe_exception(error: Exception) -> str:
    """Describe an error of code that is not ours, without the values of settings it may hold."""
    name = type(error).__name__
    if (errors := getattr(error, "errors", None)) and name == "ValidationError":
        each = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in errors())
        return f"{name}: {'; '.join(each)}"
    return f"{name}: {mask_passwords(str(error))}"


def application_line(error: BaseException) -> str:
    """Return the last file and line of the application that an error went through.

    Files of stratakit, of the environment and of Python itself are passed over.

    Returns:
        `FILE:LINE`; empty if the error went through none.
    """
    package = Path(__file__).resolve().parent.parent
    passed_over = (package, Path(traceback.__file__).parent, Path(sys.prefix))
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        path = Path(frame.filename)
        installed = "site-packages" in path.parts or any(map(path.is_relative_to, passed_over))
        if path.is_file() and not installed:
            return f"{path}:{frame.lineno}"
    return ""


class StrataError(Exception):
    """A mistake, a refusal or a state that a person has to resolve, described in three parts.

    Args:
        message: what is wrong, with the actual names in it.
        detail: why it matters.
        hint: the exact command or code that resolves it.
    """

    status = 1
    """The exit status of the command that meets it."""

    def __init__(self, message: str, *, detail: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return "\n".join(part for part in (self.message, self.detail, self.hint) if part)


class UsageError(StrataError):
    """A wrong call, setting or file."""

    status = 2


class DatabaseUnavailable(StrataError):  # noqa: N818 - as HTTP's Service Unavailable
    """A database that cannot be reached, or that nothing can create."""

    status = 3
