"""PostgreSQL: locks, rewritten files, scans and plans."""

import re
from collections.abc import Collection, Sequence

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import DBAPICursor

from stratakit.lint.trace.observers.base import Parameters, StatementObserver
from stratakit.lint.trace.observers.postgresql.functions import (
    Functions,
    changed_functions,
    may_change_functions,
    read_functions,
)
from stratakit.lint.trace.observers.postgresql.locks import Lock, read_locks, read_scans
from stratakit.lint.trace.observers.postgresql.query_plan import add_plan
from stratakit.lint.trace.observers.postgresql.side_effects import (
    Shape,
    add_hidden_actions,
    may_have_side_effects,
    read_shape,
)
from stratakit.lint.trace.observers.postgresql.tables import read_tables
from stratakit.lint.trace.relation import Table
from stratakit.lint.trace.revision_run import Direction
from stratakit.lint.trace.statement import LOCK_MODES, Statement
from stratakit.revisions.own_tables import OWN_TABLES

CHANGES_OF_ROWS = {"update", "delete", "insert"}
ROWS = {*CHANGES_OF_ROWS, "select", "set", "show"}
OURS = {"alembic_version_pkc", *OWN_TABLES, *(f"{table}_pkey" for table in OWN_TABLES)}
MILLISECONDS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000, "d": 86_400_000, "": 1}


class PostgreSQLObserver(StatementObserver):
    """Observes the locks of each statement, the files that it rewrites, its scans and its plan."""

    _watermark = 0
    """The highest number of a relation before the upgrade: those above are the revision's own."""

    def begin(self, connection: Connection, direction: Direction) -> None:
        """Read the watermark before an upgrade; a downgrade keeps it."""
        super().begin(connection, direction)
        if direction == "upgrade":
            highest = connection.exec_driver_sql("SELECT max(oid)::bigint FROM pg_class").scalar()
            self._watermark = int(highest or 0)
            connection.rollback()
        self._scans: dict[int, int] = {}
        self._files: dict[int, int] = {}
        self._held: dict[str, str] = {}
        self._transaction = 0
        self._is_rehearsed = False
        self._shape: Shape | None = None
        self._functions: Functions | None = None

    def read_tables(self, names: Collection[str]) -> dict[str, Table | None]:
        """Read relations as they are."""
        return read_tables(self.cursor(), names, self._watermark)

    def before(self, statement: Statement, parameters: Parameters) -> None:
        """Note files and scans as they are, and add the plan of a change of rows.

        A transaction of its own leaves no lock to see: it is rehearsed in one that is rolled back.
        """
        cursor = self.cursor()
        self._is_rehearsed = False
        self._shape = None
        if may_have_side_effects(statement.text):
            self._shape = read_shape(cursor, self._watermark)
        self._functions = read_functions(cursor) if may_change_functions(statement.text) else None
        if statement.transaction != self._transaction or statement.autocommit:
            self._transaction = statement.transaction
            self._scans = read_scans(cursor)
            self._held = {}
        locks = read_locks(cursor, self._watermark)
        statement.lock_timeout = _milliseconds(locks[0].lock_timeout)
        statement.statement_timeout = _milliseconds(locks[0].statement_timeout)
        for lock in locks:
            if lock.oid:
                self._scans[lock.oid], self._files[lock.oid] = lock.scans, lock.filenode
        kinds = {action.kind for action in statement.actions}
        if kinds & CHANGES_OF_ROWS and kinds <= ROWS:
            add_plan(cursor, statement, parameters)
        elif statement.autocommit and kinds - ROWS:
            self._rehearse(cursor, statement, parameters)

    def after(self, statement: Statement) -> None:
        """Add the locks that it acquired, and what it rewrote and scanned."""
        cursor = self.cursor()
        if not self._is_rehearsed:
            self._observe(cursor, statement)
        if self._shape is not None:
            add_hidden_actions(statement, self._shape, read_shape(cursor, self._watermark))
        if self._functions is not None:
            after = read_functions(cursor)
            statement.replaced_functions = changed_functions(self._functions, after)

    def _rehearse(self, cursor: DBAPICursor, statement: Statement, parameters: Parameters) -> None:
        cursor.execute("BEGIN")
        try:
            cursor.execute(statement.text, parameters or None)
            self._observe(cursor, statement)
        except Exception:  # such as CONCURRENTLY, which no transaction can hold
            return
        else:
            self._is_rehearsed = True
        finally:
            cursor.execute("ROLLBACK")

    def _observe(self, cursor: DBAPICursor, statement: Statement) -> None:
        locks = _without_ours(read_locks(cursor, self._watermark))
        held: dict[str, str] = {}
        rewritten, scanned = set[str](), set[str]()
        for lock in locks:
            mode = lock.mode.removesuffix("Lock")
            known = held.get(lock.relation, LOCK_MODES[0])
            if lock.kind in "rp" and LOCK_MODES.index(mode) >= LOCK_MODES.index(known):
                held[lock.relation] = mode
            if lock.kind != "i" and lock.filenode != self._files.get(lock.oid, lock.filenode):
                rewritten.add(lock.relation)
            if lock.kind in "rm" and lock.scans > self._scans.get(lock.oid, 0):
                scanned.add(lock.relation)
            self._scans[lock.oid], self._files[lock.oid] = lock.scans, lock.filenode
        files = {lock.relation: lock.filenode for lock in locks if lock.relation in held}
        rewritten |= self._tables_with_new_file(statement, files)
        statement.acquired_locks = {
            name: mode for name, mode in held.items() if self._held.get(name) != mode
        }
        statement.held_locks = self._held = held
        statement.rewritten_tables = tuple(sorted(rewritten))
        statement.scanned_tables = tuple(sorted(scanned))

    def _tables_with_new_file(self, statement: Statement, files: dict[str, int]) -> set[str]:
        """Return the tables that a statement names and that have another file than before it."""
        if statement.autocommit:
            tables = self.read_tables(statement.tables_before)
            files = {name: table.filenode for name, table in tables.items() if table}
        return {
            name
            for name, table in statement.tables_before.items()
            if table and table.kind in "rm" and files.get(name, table.filenode) != table.filenode
        }


def _without_ours(locks: Sequence[Lock]) -> list[Lock]:
    """Leave out the locks on the tables of Alembic and of stratakit, and on their indexes."""
    tables = {lock.oid: lock.relation for lock in locks if lock.oid and lock.kind in "rpm"}
    return [
        lock
        for lock in locks
        if lock.oid
        and OURS.isdisjoint(
            name.rpartition(".")[2] for name in (lock.relation, tables.get(lock.table_oid, ""))
        )
    ]


def _milliseconds(setting: str) -> int:
    match = re.fullmatch(r"(\d+)(ms|s|min|h|d|)", setting or "0")
    return int(match[1]) * MILLISECONDS[match[2]] if match else 0
