"""SQLite: batch operations, and what a database loses by them."""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from stratakit.lint.trace.observers.base import StatementObserver
from stratakit.lint.trace.observers.sqlite.batch import restore_batch_actions
from stratakit.lint.trace.observers.sqlite.contents import Contents, read_contents
from stratakit.lint.trace.observers.sqlite.losses import find_losses
from stratakit.lint.trace.relation import Column, Constraint, Index, Table
from stratakit.lint.trace.revision_run import Direction, RevisionRun


class SQLiteObserver(StatementObserver):
    """Observes the contents of the database before and after a run."""

    _before: Contents

    def begin(self, connection: Connection, direction: Direction) -> None:
        """Read the contents before the run."""
        super().begin(connection, direction)
        self._before = read_contents(connection)

    def complete(self, run: RevisionRun) -> RevisionRun:
        """Restore the actions of batches, and add what the database has lost."""
        restored = restore_batch_actions(run)
        if run.error:
            return restored
        losses = find_losses(restored, self._before, read_contents(self.connection))
        return replace(restored, losses=tuple(losses))

    def read_tables(self, names: Collection[str]) -> dict[str, Table | None]:
        """Read tables, views and indexes as they are."""
        cursor = self.cursor()
        return {name: _read_table(cursor, name) for name in names}


def _read_table(cursor: DBAPICursor, name: str) -> Table | None:
    cursor.execute("SELECT type, tbl_name FROM sqlite_master WHERE name = ?", (name,))
    row = cursor.fetchone()
    if row is None:
        return None
    kind, owner = row
    if kind == "index":
        return Table(name, "i", parent=owner, indexes={name: _list_indexes(cursor, owner)[name]})
    table = Table(name, "v" if kind == "view" else "r", indexes=_list_indexes(cursor, name))
    cursor.execute(f'PRAGMA table_info("{name}")')
    places = {}
    for _, column, type_, not_null, default, place in cursor.fetchall():
        table.columns[column] = Column(type_.lower(), bool(not_null), default)
        if place:
            places[place] = column
    table.key = tuple(places[place] for place in sorted(places))
    cursor.execute(f'PRAGMA foreign_key_list("{name}")')
    for number, _, referenced, *_ in cursor.fetchall():
        table.constraints[f"fk{number}"] = Constraint("f", referenced_table=referenced)
    return table


def _list_indexes(cursor: DBAPICursor, table: str) -> dict[str, Index]:
    cursor.execute(f'PRAGMA index_list("{table}")')
    indexes = {}
    for _, name, unique, *_ in cursor.fetchall():
        cursor.execute(f'PRAGMA index_info("{name}")')
        columns = tuple(column for _, _, column in cursor.fetchall() if column)
        indexes[name] = Index(bool(unique), columns)
    return indexes
