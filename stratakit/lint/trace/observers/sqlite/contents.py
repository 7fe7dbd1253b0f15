"""The contents of a SQLite database."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from stratakit.catalog import NOT_COMPARED


@dataclass(frozen=True)
class SchemaObject:
    """A table, or an index, trigger or view.

    Args:
        table: the table that it belongs to; its own name for a table and for a view.
        sql: its declaration; empty for the index of a constraint.
        rows: how many rows it has, for a table.
        orphans: how many of them refer to a row that is not there.
    """

    table: str
    sql: str
    rows: int = 0
    orphans: int = 0


Contents = dict[tuple[str, str], SchemaObject]
"""The objects of a database by their kinds and names."""


def read_contents(connection: Connection) -> Contents:
    """Read the objects of a database and count the rows of its tables."""
    contents: Contents = {}
    rows = connection.exec_driver_sql(
        "SELECT type, name, sql, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    ).fetchall()
    # As the upgrade checks them at its end, since foreign keys are not enforced meanwhile.
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    orphans = Counter(table for table, *_ in broken)
    for kind, name, sql, table in rows:
        if table not in NOT_COMPARED:
            count = _count_rows(connection, name) if kind == "table" else 0
            contents[kind, name] = SchemaObject(table, sql or "", count, orphans[name])
    connection.rollback()
    return contents


def _count_rows(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar_one())
