"""The room that the version table has for the ids of revisions."""

from collections.abc import Iterable
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from sqlalchemy import String, inspect

from stratakit.alembic_private import version_column
from stratakit.diagnostics.errors import UsageError

ALEMBIC_LENGTH = 32
"""The characters for which Alembic declares the column `version_num`."""
WIDE_LENGTH = 255
"""Those for which stratakit does."""
SQL = {
    "postgresql": "ALTER TABLE {table} ALTER COLUMN version_num TYPE varchar({length});",
    "mysql": "ALTER TABLE {table} MODIFY version_num varchar({length}) NOT NULL;",
}
"""The statement that widens the column; SQLite does not limit a text."""


def make_room(context: MigrationContext) -> None:
    """Let a version table that is still to be created have room for ids that people can read."""
    version_column(context).type = String(WIDE_LENGTH)


def require_room(context: MigrationContext, revisions: Iterable[str]) -> None:
    """Raise a UsageError if an id is longer than the column of the version table.

    Args:
        context: the context of the database, whose version table exists.
        revisions: the ids that the table will contain.
    """
    long = sorted({each for each in revisions if len(each) > ALEMBIC_LENGTH}, key=len)
    connection = context.connection
    assert connection is not None
    statement = SQL.get(
        "mysql" if connection.dialect.name == "mariadb" else connection.dialect.name
    )
    if not long or not statement:
        return
    table = version_column(context).table
    name = f"{table.schema}.{table.name}" if table.schema else table.name
    columns = inspect(connection).get_columns(table.name, table.schema)
    (found,) = (each["type"] for each in columns if each["name"] == "version_num")
    room = found.length if isinstance(found, String) else None
    if room is None or len(long[-1]) <= room:
        return
    assert context.script is not None
    file = Path(context.script.get_revision(long[-1]).path)
    raise UsageError(
        f"The id {long[-1]} ({file.name}) has {len(long[-1])} characters, and {name}.version_num "
        f"holds {room}.",
        detail="The revision would run, and could not be set as applied. Nothing was changed.",
        hint="Give the revision a shorter id, or widen the column:\n"
        + statement.format(table=name, length=WIDE_LENGTH),
    )
