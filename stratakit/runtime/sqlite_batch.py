"""Checks for objects that SQLite loses when Alembic's batch mode recreates a table.

SQLite cannot alter most of a table, so a batch operation copies it to a new one and drops the old
one: https://alembic.sqlalchemy.org/en/latest/batch.html. Triggers and unnamed CHECK constraints are
dropped with the old one, without a message.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from stratakit.catalog.sqlite.ddl import batch_table, parse_table
from stratakit.diagnostics.errors import StrataError


@contextmanager
def guard_batches(connection: Connection) -> Iterator[None]:
    """Refuse to recreate a table that would lose something by it, before anything is changed.

    Args:
        connection: the migrations' own; on another database than SQLite nothing is watched.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    event.listen(connection, "before_cursor_execute", _before)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", _before)


def _before(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
    if table := batch_table(statement):
        _refuse_loss(cursor, table, statement)


def refuse_orphans(connection: Connection) -> None:
    """Raise a StrataError if a row refers to a missing row; called before each commit.

    Foreign keys are not enforced during a migration (a recreated table would take its child rows
    with it), so they are checked at its end.
    """
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        table, _, parent, _ = orphans[0]
        raise StrataError(
            f"{len(orphans)} rows refer to missing rows, such as one of {table} to {parent}.",
            detail="The database would break its own foreign keys.",
            hint=f"Delete or fix the rows of {table} in the revision, before the foreign key.",
        )


def _refuse_loss(cursor: Any, table: str, anew: str) -> None:
    cursor.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL", (table,)
    )
    objects = cursor.fetchall()
    lost = [(kind, name, sql) for kind, name, sql in objects if kind == "trigger"]
    unnamed = next(
        (sql for kind, _, sql in objects if kind == "table" and _loses_a_check(sql, anew)), None
    )
    if not lost and not unnamed:
        return
    names = [f"{kind} {name}" for kind, name, _ in lost]
    names += ["an unnamed CHECK constraint"] if unnamed else []
    again = [f"    op.execute({sql!r})" for _, _, sql in lost]
    drops = [f"    op.execute('DROP {kind.upper()} {name}')" for kind, name, _ in lost]
    batch = f"    with op.batch_alter_table({table!r}) as batch_op: ..."
    recipe = []
    if lost:
        recipe += ["Drop them before the batch and create them again after it:", *drops]
        recipe += [batch, *again]
    if unnamed:
        check = "sa.CheckConstraint('...', name='...')"
        recipe += [
            "Declare the CHECK in the batch again, with a name:",
            batch.replace(") as", f", table_args=({check},)) as"),
        ]
    raise StrataError(
        f"Recreating the table {table} would lose {', '.join(names)}.",
        detail="SQLite drops them with the old table; nothing was changed yet.",
        hint="\n".join(recipe),
    )


def _loses_a_check(sql: str, anew: str) -> bool:
    """Return whether a recreated table loses a CHECK without a name."""
    before, after = (parse_table(each).checks for each in (sql, anew))
    return any(not each.name for each in before) and len(after) < len(before)
