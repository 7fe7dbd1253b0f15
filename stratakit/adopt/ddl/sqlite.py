"""The DDL of a schema on SQLite, which stores its statements."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, text

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


def statements(connection: Connection, _url: DatabaseURL, left_out: Collection[str]) -> list[str]:
    """Return the statements that create the schema of a database, in the order of dependencies."""
    rows = connection.execute(SCHEMA_QUERY, {"left_out": [*left_out]})
    return [f"{sql};" for sql in rows.scalars()]
