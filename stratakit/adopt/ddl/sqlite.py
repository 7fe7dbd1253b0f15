"""The DDL of a schema on SQLite, which stores its statements."""

from sqlalchemy import Connection, bindparam, text

from stratakit.catalog import not_compared
from stratakit.engine.url import DatabaseURL

# A virtual table creates its shadow tables itself.
SCHEMA_QUERY = text(
    """
    SELECT sql FROM sqlite_master
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND tbl_name NOT IN :left_out
      AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
    ORDER BY type = 'trigger', type = 'view', type = 'index', rowid
    """
).bindparams(bindparam("left_out", expanding=True))


def statements(connection: Connection, _url: DatabaseURL, version_table: str) -> list[str]:
    """Return the statements that create the schema of a database, in the order of dependencies."""
    left_out = {"left_out": [*not_compared(connection, version_table)]}
    return [f"{sql};" for sql in connection.execute(SCHEMA_QUERY, left_out).scalars()]
