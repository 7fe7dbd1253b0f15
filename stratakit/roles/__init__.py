"""Least privilege: one role owns the schema and migrates, another one serves and cannot alter it.

Each kind of database has its own file; SQLite, whose files know no roles, has none.
"""

from stratakit.config import Config
from stratakit.diagnostics.errors import UsageError
from stratakit.roles import mysql, postgresql


def sql(config: Config, *, owner: str, app: str) -> str:
    """Write the SQL that makes both roles, for an administrator to read and run.

    It may be run again. Passwords are not in it: they are given to the roles apart.

    Args:
        config: the service; its database is the one of `database_name` or of the settings.
        owner: the role of MIGRATION_DATABASE_URL.
        app: the role of DATABASE_URL.

    Raises:
        StrataError: this kind of database has no roles, or a name would need quotes.
    """
    if config.database == "sqlite":
        raise UsageError(
            "SQLite has no roles: who may write the file may change the schema.",
            hint="Give the file to a user of its own.",
        )
    for name in (owner, app):
        if not name.isidentifier() or not name.isascii():
            raise UsageError(f"{name!r} is no name for a role here: letters, digits and _ only.")
    write = mysql.sql if config.database == "mysql" else postgresql.sql
    return write(config.database_name, owner=owner, app=app)
