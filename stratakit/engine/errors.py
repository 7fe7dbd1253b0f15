"""Descriptions of driver errors."""

import os
import re

from sqlalchemy.exc import DBAPIError

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError, mask_passwords
from stratakit.engine.url import DatabaseURL


def driver_message(error: BaseException) -> str:
    """Return the first line of a driver's message, without the statement and its values."""
    return mask_passwords(str(getattr(error, "orig", None) or error).strip().partition("\n")[0])


def driver_error(error: BaseException) -> BaseException | None:
    """Return the error of a driver behind an error; None if it does not come from a database.

    SQLAlchemy raises its own error for a driver's. A listener of the application, for
    `handle_error`, may have replaced that by the driver's, or by one of its own.
    """
    if isinstance(error, DBAPIError):
        return error.orig
    for each in (error, error.__cause__):
        # The names are those of PEP 249: drivers share no class.
        names = {kind.__name__ for kind in type(each).__mro__}
        is_base = hasattr(each, "sqlstate")  # asyncpg's, which SQLAlchemy gives the base class
        if "Error" in names and (names & {"DatabaseError", "InterfaceError"} or is_base):
            return each
    return None


def sqlstate(error: BaseException) -> str:
    """Return the SQLSTATE of an error of PostgreSQL, whichever driver raised it; else empty."""
    cause = driver_error(error)
    return str(getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or "")


def driver_classes(error: BaseException) -> set[str]:
    """Return the names of the classes of a driver's error, such as IntegrityError (PEP 249)."""
    cause = driver_error(error)
    return set() if cause is None else {kind.__name__ for kind in type(cause).__mro__}


def unreachable_error(url: DatabaseURL, error: BaseException) -> StrataError:
    """Return the error for a database that cannot be reached, with the driver's message."""
    reason = driver_message(error)
    hint = "Set DATABASE_URL, in the environment or in .env, to a database that can be reached"
    if os.environ.get("TEST_DATABASE_URL"):
        hint += "; for scratch databases, set TEST_DATABASE_URL"
    if str(url.url.query.get("host", "")).startswith("/"):
        # A socket: it is the local database.
        hint = f"Start the local database: {MIGRATE} server start\n{hint}"
    return DatabaseUnavailable(
        f"The database {url} cannot be reached: {reason}",
        detail="Nothing was read or changed.",
        hint=hint,
    )


# Objects of the server: PostgreSQL's manual, "Database Roles" and "Packaging Related Objects into
# an Extension".
MISSING_OBJECT_PATTERNS = (
    re.compile(r'(extension) "([^"]+)" is not available'),
    re.compile(r'could not open (extension) control file ".*/([^"/]+)\.control"'),
    re.compile(r'(role|language|tablespace|access method) "([^"]+)" does not exist'),
    re.compile(r'(collation) "([^"]+)" for encoding "[^"]+" does not exist'),
    re.compile(r'could not create (locale) "([^"]+)"'),
    re.compile(r'could not access (file) "([^"]+)"'),
    re.compile(r'could not load (library) "([^"]+)"'),
    re.compile(r"Unknown (collation|character set|storage engine):? '([^']+)'"),
    re.compile(r"no such (collation sequence|module): (\S+)"),
)


INSTALL_ON_SERVER_HINT = (
    "Create it there. For scratch databases, name a server that has it, such as the one of your "
    "containers, with an account that may create databases: TEST_DATABASE_URL in the environment"
)


def missing_server_object(reason: str) -> str:
    """Describe the object that a revision needs and the server lacks: an extension or a role.

    Args:
        reason: the server's message.

    Returns:
        A sentence; empty if the message is about something else.
    """
    for pattern in MISSING_OBJECT_PATTERNS:
        if match := pattern.search(reason):
            kind, name = match.groups()
            return f"The {kind} {name} belongs to the server, and this server does not have it."
    return ""
