"""The DDL of a schema on MySQL and MariaDB, by SHOW CREATE."""

import re
from collections.abc import Iterator

from sqlalchemy import Connection, text

from stratakit.engine.url import DatabaseURL
from stratakit.revisions.log import OWN_TABLES

DEFINER = re.compile(r" DEFINER=`[^`]*`@`[^`]*`")

CHARSET = re.compile(r"(\n\) [^\n']*?) DEFAULT CHARSET=\w+(?: COLLATE=\w+)?")


def statements(connection: Connection, _url: DatabaseURL) -> list[str]:
    """Return the statements that create the schema of a database, tables first.

    The definers of views and routines are left out: the user who runs the revision becomes one.
    """
    database = connection.execute(text("SELECT DATABASE()")).scalar_one()
    # A default by a sequence names the database.
    tables = [sql.replace(f"`{database}`.", "") for sql in _tables(connection)]
    if any("FOREIGN KEY" in statement for statement in tables):
        tables = ["SET FOREIGN_KEY_CHECKS = 0;", *tables, "SET FOREIGN_KEY_CHECKS = 1;"]
    readers = (_routines, _views, _triggers, _events)
    return [*tables, *(statement for read in readers for statement in read(connection))]


def _tables(connection: Connection) -> Iterator[str]:
    """Read the tables, and before them the sequences that the defaults of columns may use.

    A character set that is the database's default is left out, as in a model.
    """
    query = text(
        "SELECT table_name FROM information_schema.tables "
        "WHERE table_schema = DATABASE() AND table_collation = @@collation_database"
    )
    default_collation = set(connection.execute(query).scalars())
    tables = connection.execute(text("SHOW FULL TABLES")).all()
    for name, kind in sorted(tables, key=lambda row: str(row[1]) != "SEQUENCE"):
        if name in OWN_TABLES or kind == "VIEW":
            continue
        object_type = "SEQUENCE" if kind == "SEQUENCE" else "TABLE"
        sql = _show_create(connection, object_type, name, 1)
        if name in default_collation:
            sql = CHARSET.sub(r"\1", sql, count=1)
        yield re.sub(r" AUTO_INCREMENT=\d+", "", sql)


def _routines(connection: Connection) -> Iterator[str]:
    query = text(
        "SELECT routine_type, routine_name FROM information_schema.routines "
        "WHERE routine_schema = DATABASE() ORDER BY routine_type, routine_name"
    )
    for kind, name in connection.execute(query).all():
        yield DEFINER.sub("", _show_create(connection, kind, name, 2))


def _views(connection: Connection) -> Iterator[str]:
    """Read the views, each after those that it reads."""
    query = text(
        "SELECT table_name FROM information_schema.views WHERE table_schema = DATABASE() "
        "ORDER BY table_name"
    )
    database = connection.execute(text("SELECT DATABASE()")).scalar_one()
    waiting = {
        name: DEFINER.sub(
            "", _show_create(connection, "VIEW", name, 1).replace(f"`{database}`.", "")
        )
        for name in connection.execute(query).scalars()
    }
    while waiting:
        ready = [
            name
            for name, sql in waiting.items()
            if not any(f"`{other}`" in sql for other in waiting if other != name)
        ] or list(waiting)
        for name in ready:
            yield waiting.pop(name)


def _triggers(connection: Connection) -> Iterator[str]:
    query = text(
        "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() "
        "ORDER BY event_object_table, action_timing, event_manipulation, action_order"
    )
    for name in connection.execute(query).scalars():
        yield DEFINER.sub("", _show_create(connection, "TRIGGER", name, 2))


def _events(connection: Connection) -> Iterator[str]:
    query = text(
        "SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE() "
        "ORDER BY event_name"
    )
    for name in connection.execute(query).scalars():
        yield DEFINER.sub("", _show_create(connection, "EVENT", name, 3))


def _show_create(connection: Connection, kind: str, name: str, column: int) -> str:
    quoted = name.replace("`", "``")
    row = connection.exec_driver_sql(f"SHOW CREATE {kind} `{quoted}`").one()
    return f"{row[column]};"
