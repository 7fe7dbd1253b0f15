"""Dropping the contents of a database of MySQL or MariaDB before a restore.

The database itself stays: without it, no user could connect to try again.
"""

from sqlalchemy import Connection

LOCK_SECONDS = 15

# Views and sequences are listed as tables, but need their own DROP.
CONTENTS = """
    SELECT CASE WHEN table_type IN ('VIEW', 'SEQUENCE') THEN table_type ELSE 'TABLE' END AS kind,
           table_name AS name
    FROM information_schema.tables WHERE table_schema = DATABASE()
    UNION ALL SELECT routine_type, routine_name
    FROM information_schema.routines WHERE routine_schema = DATABASE()
    UNION ALL SELECT 'EVENT', event_name
    FROM information_schema.events WHERE event_schema = DATABASE()
    ORDER BY kind DESC
"""


def drop_contents(connection: Connection) -> None:
    """Drop all objects of the database.

    Raises:
        sqlalchemy.exc.DBAPIError: an object is in use for longer than `LOCK_SECONDS`, or this
            user may not drop it.
    """
    quote = connection.dialect.identifier_preparer.quote_identifier
    connection.exec_driver_sql("SET SESSION foreign_key_checks = 0")
    connection.exec_driver_sql(f"SET SESSION lock_wait_timeout = {LOCK_SECONDS}")
    for kind, name in connection.exec_driver_sql(CONTENTS).fetchall():
        connection.exec_driver_sql(f"DROP {kind} IF EXISTS {quote(name)}")
