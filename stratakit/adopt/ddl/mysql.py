"""MySQL and MariaDB: what makes a schema, as SHOW CREATE tells it."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, text

from stratakit.engine.url import DatabaseURL

OURS = {"alembic_version", "migration_log"}
DEFINER = re.compile(r" DEFINER=`[^`]*`@`[^`]*`")

CHARSET = re.compile(r"(\n\) [^\n']*?) DEFAULT CHARSET=\w+(?: COLLATE=\w+)?")


def statements(connection: Connection, _url: DatabaseURL) -> list[str]:
    """The statements that make the schema of a database, tables first.

    Who defined a view or a routine is left out: it would be whoever runs the revision.
    """
    database = connection.execute(text("SELECT DATABASE()")).scalar_one()
    # A default that takes the next number of a sequence names its database.
    made = [sql.replace(f"`{database}`.", "") for sql in _tables(connection)]
    if any("FOREIGN KEY" in statement for statement in made):
        made = ["SET FOREIGN_KEY_CHECKS = 0;", *made, "SET FOREIGN_KEY_CHECKS = 1;"]
    behind = (_routines, _views, _triggers, _events)
    return [*made, *(statement for part in behind for statement in part(connection))]


def _tables(connection: Connection) -> Iterator[str]:
    """Those, and before them the sequences, by which a column's default may be.

    A character set that is the database's default is left out: no model says it.
    """
    query = text(
        "SELECT table_name FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_collation = @@collation_database"
    )
    as_the_database = set(connection.execute(query).scalars())
    found = connection.execute(text("SHOW FULL TABLES")).all()
    for name, kind in sorted(found, key=lambda row: str(row[1]) != "SEQUENCE"):
        if name in OURS or kind == "VIEW":
            continue
        sort = "SEQUENCE" if kind == "SEQUENCE" else "TABLE"
        sql = _shown(connection, sort, name, 1)
        if name in as_the_database:
            sql = CHARSET.sub(r"\1", sql, count=1)
        yield re.sub(r" AUTO_INCREMENT=\d+", "", sql)


def _routines(connection: Connection) -> Iterator[str]:
    query = text(
        "SELECT routine_type, routine_name FROM information_schema.routines "
        "WHERE routine_schema = DATABASE() ORDER BY routine_type, routine_name"
    )
    for kind, name in connection.execute(query).all():
        yield DEFINER.sub("", _shown(connection, kind, name, 2))


def _views(connection: Connection) -> Iterator[str]:
    """Each after those that it reads."""
    query = text(
        "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE() "
        "ORDER BY table_name"
    )
    database = connection.execute(text("SELECT DATABASE()")).scalar_one()
    waiting = {
        name: DEFINER.sub("", _shown(connection, "VIEW", name, 1)).replace(f"`{database}`.", "")
        for name in connection.execute(query).scalars()
    }
    while waiting:
        free = [
            name
            for name, sql in waiting.items()
            if not any(f"`{other}`" in sql for other in waiting if other != name)
        ] or list(waiting)
        for name in free:
            yield waiting.pop(name)


def _triggers(connection: Connection) -> Iterator[str]:
    query = text(
        "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() "
        "ORDER BY event_object_table, action_timing, event_manipulation, action_order"
    )
    for name in connection.execute(query).scalars():
        yield DEFINER.sub("", _shown(connection, "TRIGGER", name, 2))


def _events(connection: Connection) -> Iterator[str]:
    query = text(
        "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE() "
        "ORDER BY event_name"
    )
    for name in connection.execute(query).scalars():
        yield DEFINER.sub("", _shown(connection, "EVENT", name, 3))


def _shown(connection: Connection, kind: str, name: str, column: int) -> str:
    quoted = name.replace("`", "``")
    row = connection.exec_driver_sql(f"SHOW CREATE {kind} `{quoted}`").one()
    return f"{row[column]};"
