"""The DDL of a schema on MySQL and MariaDB, by SHOW CREATE."""

import re
from collections.abc import Collection, Iterator

from sqlalchemy import Connection, text

from stratakit.engine.url import DatabaseURL

DEFINER = re.compile(r" DEFINER=`[^`]*`@`[^`]*`")
CHARSET = re.compile(r"(\n\) [^\n']*?) DEFAULT CHARSET=\w+(?: COLLATE=\w+)?")
ROUTINES = """
    SELECT routine_type, routine_name FROM information_schema.routines
    WHERE routine_schema = DATABASE() ORDER BY routine_type, routine_name
"""
VIEWS = """
    SELECT 'VIEW', table_name FROM information_schema.views
    WHERE table_schema = DATABASE() ORDER BY table_name
"""
TRIGGERS = """
    SELECT 'TRIGGER', trigger_name, event_object_table FROM information_schema.triggers
    WHERE trigger_schema = DATABASE()
    ORDER BY event_object_table, action_timing, event_manipulation, action_order
"""
EVENTS = """
    SELECT 'EVENT', event_name FROM information_schema.events
    WHERE event_schema = DATABASE() ORDER BY event_name
"""
DDL_COLUMN = {"TABLE": 1, "SEQUENCE": 1, "VIEW": 1, "EVENT": 3}
"""The column of the statement in the answer of SHOW CREATE; that of others is 2."""


def statements(connection: Connection, _url: DatabaseURL, left_out: Collection[str]) -> list[str]:
    """Return the statements that create the schema of a database, tables first.

    The definers of views and routines are left out: the user who runs the revision becomes one.
    """
    database = connection.execute(text("SELECT DATABASE()")).scalar_one()
    # A view names the database, and so does a default by a sequence.
    qualifier = f"`{database}`."
    tables = [sql.replace(qualifier, "") for sql in _tables(connection, left_out)]
    if any("FOREIGN KEY" in statement for statement in tables):
        tables = ["SET FOREIGN_KEY_CHECKS = 0;", *tables, "SET FOREIGN_KEY_CHECKS = 1;"]
    views = {name: sql.replace(qualifier, "") for name, sql in _objects(connection, VIEWS)}
    triggers = connection.execute(text(TRIGGERS)).all()
    programs = [
        show_create(connection, kind, name)
        for kind, name, table in triggers
        if table not in left_out
    ]
    programs += [sql for _, sql in _objects(connection, EVENTS)]
    routines = [sql for _, sql in _objects(connection, ROUTINES)]
    return [*tables, *routines, *_order_views(views), *programs]


def _tables(connection: Connection, left_out: Collection[str]) -> Iterator[str]:
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
        if name in left_out or kind == "VIEW":
            continue
        object_type = "SEQUENCE" if kind == "SEQUENCE" else "TABLE"
        sql = show_create(connection, object_type, name)
        if name in default_collation:
            sql = CHARSET.sub(r"\1", sql, count=1)
        yield re.sub(r" AUTO_INCREMENT=\d+", "", sql)


def _objects(connection: Connection, query: str) -> Iterator[tuple[str, str]]:
    for kind, name in connection.execute(text(query)).all():
        yield name, show_create(connection, kind, name)


def _order_views(views: dict[str, str]) -> Iterator[str]:
    """Return the statements of views, each after those of the views that it reads."""
    waiting = dict(views)
    while waiting:
        ready = [
            name
            for name, sql in waiting.items()
            if not any(f"`{other}`" in sql for other in waiting if other != name)
        ]
        for name in ready or list(waiting):
            yield waiting.pop(name)


def show_create(connection: Connection, kind: str, name: str) -> str:
    """Return the statement that creates an object, without its definer.

    Args:
        connection: to its database.
        kind: such as TABLE or PROCEDURE.
        name: the name of the object.
    """
    quoted = name.replace("`", "``")
    row = connection.exec_driver_sql(f"SHOW CREATE {kind} `{quoted}`").one()
    return f"{DEFINER.sub('', row[DDL_COLUMN.get(kind, 2)])};"
