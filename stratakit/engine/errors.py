"""Driver errors in words."""

import os
import re

from sqlalchemy.exc import DBAPIError

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.engine.url import DatabaseURL


def driver_message(error: BaseException) -> str:
    """Return the first line that a driver says: without the statement, its values and details."""
    return str(getattr(error, "orig", None) or error).strip().partition("\n")[0]


def unreachable_error(url: DatabaseURL, error: DBAPIError) -> StrataError:
    """Say that a database cannot be reached, with what the driver says of it."""
    reason = driver_message(error)
    remedy = "Name one that answers: DATABASE_URL in the environment or in .env"
    if os.environ.get("TEST_DATABASE_URL"):
        remedy += "; for scratch databases, TEST_DATABASE_URL"
    if str(url.url.query.get("host", "")).startswith("/"):
        # By its socket: the local one.
        remedy = f"Start the local one: {MIGRATE} server start\n{remedy}"
    return DatabaseUnavailable(
        f"The database {url} cannot be reached: {reason}",
        detail="Nothing was read or changed.",
        hint=remedy,
    )


# What is the server's: PostgreSQL's manual, "Database Roles" and "Packaging Related Objects into
# an Extension".
NOT_THERE = (
    re.compile(r'(extension) "([^"]+)" is not available'),
    re.compile(r'could not open (extension) control file ".*/([^"/]+)\.control"'),
    re.compile(r'(role) "([^"]+)" does not exist'),
)


INSTALL_ON_SERVER_HINT = (
    "Make it there. For scratch databases, name a server that has it, such as the one of your "
    "containers, with an account that may create databases: TEST_DATABASE_URL in the environment"
)


def missing_server_object(reason: str) -> str:
    """Say what a server lacks that a revision needs and no database has by itself.

    Args:
        reason: what the server says.

    Returns:
        Nothing where it says something else.
    """
    for said in NOT_THERE:
        if found := said.search(reason):
            kind, name = found.groups()
            return f"The {kind} {name} is a matter of the server: the one that was asked has none."
    return ""
