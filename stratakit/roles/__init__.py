"""Least privilege: one role owns the schema and migrates, another one serves the application."""

from collections.abc import Callable

from stratakit.config import Backend, Config
from stratakit.diagnostics.errors import UsageError
from stratakit.revisions.log import VERSION_TABLE
from stratakit.roles import mysql, postgresql

WRITERS: dict[Backend, Callable[[str, str, str, str], str]] = {
    "postgresql": postgresql.sql,
    "mysql": mysql.sql,
}


def sql(config: Config, *, owner: str, app: str, version_table: str = VERSION_TABLE) -> str:
    """Write the SQL that creates both roles, for an administrator to read and run.

    It may be run again. It contains no passwords: the roles get them afterwards.

    Args:
        config: the project's; its database is the one of `database_name`.
        owner: the role of MIGRATION_DATABASE_URL.
        app: the role of DATABASE_URL.
        version_table: the one that env.py names, with its schema if it has one of its own.

    Raises:
        StrataError: SQLite has no roles, or a name would need quotes.
    """
    if config.database not in WRITERS:
        raise UsageError(
            "SQLite has no roles: who may write the file may change the schema.",
            hint="Give the file to a user of its own.",
        )
    for name in (owner, app):
        if not name.isidentifier() or not name.isascii():
            raise UsageError(f"{name!r} is not a valid role name: use letters, digits and _ only.")
    return WRITERS[config.database](config.database_name, owner, app, version_table)
