"""SQLite: what makes a schema, as it was written when it was made."""

from sqlalchemy import Connection, text

from stratakit.engine.url import DatabaseURL

# The tables behind a virtual one are made by it.
MADE = text(
    """
    SELECT sql FROM sqlite_master
    WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      AND tbl_name NOT IN ('alembic_version', 'migration_log')
      AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
    ORDER BY type = 'trigger', type = 'view', type = 'index', rowid
    """
)


def statements(connection: Connection, _url: DatabaseURL) -> list[str]:
    """The statements that make the schema of a database, in the order of their dependence."""
    return [f"{sql};" for sql in connection.execute(MADE).scalars()]
