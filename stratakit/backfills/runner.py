"""A run of a backfill: batches, each a transaction that records its last key, until no row is left.

Two processes never change a row twice. One of them holds the lock of the backfill, and each batch
locks the row of its state and begins at the key in that row.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.exc import DBAPIError

from stratakit import locking
from stratakit.backfills.declaration import Backfill
from stratakit.backfills.limits import BackfillLimits
from stratakit.backfills.position import read_position, write_position
from stratakit.backfills.progress import BackfillProgress, Status
from stratakit.backfills.servers import STATUS, ServerStatus
from stratakit.config import Backend
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError, UsageError
from stratakit.engine.errors import driver_message
from stratakit.engine.migration import sqlite_transactions
from stratakit.engine.url import BACKENDS
from stratakit.locking.identity import process_identity
from stratakit.operations.batches import BatchSize, KeyOrder, Rows
from stratakit.revisions.backfills import STATE
from stratakit.runtime.retry import backoff_seconds

PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0


@dataclass(frozen=True)
class BackfillOptions:
    """The options of a backfill.

    Args:
        batch_seconds: the time that a batch should take.
        limits: of the server's load.
        wait_seconds: how long to wait for another run of the same backfill.
        retry_seconds: how long to retry a batch that another transaction is in the way of.
        restart: whether to begin again at the first row.
        keep: whether to continue although the file was edited.
    """

    batch_seconds: float = 0.1
    limits: BackfillLimits = field(default_factory=BackfillLimits)
    wait_seconds: float = 600.0
    retry_seconds: float = 600.0
    restart: bool = False
    keep: bool = False


class BackfillRun:
    """One run of a backfill.

    Args:
        connection: outside of a transaction.
        backfill: the backfill.
        options: how it is run.
        report: called after each batch and each pause.
    """

    def __init__(
        self,
        connection: Connection,
        backfill: Backfill,
        options: BackfillOptions,
        report: Callable[[BackfillProgress], None],
    ) -> None:
        self._connection, self._backfill, self._options = connection, backfill, options
        self._report = report
        self._name = backfill.file.name
        self._backend: Backend = BACKENDS[connection.dialect.name]
        self._server: ServerStatus = STATUS[self._backend](connection)
        self._order = KeyOrder(connection.dialect, backfill.file.table, backfill.file.key)
        self._size = BatchSize(options.batch_seconds)
        self._total = 0
        self._done_before = 0
        self._started = time.monotonic()

    def run(self) -> BackfillProgress:
        """Change all rows that are not done.

        Raises:
            StrataError: a batch failed, or the file was edited since the first batch.
            DatabaseUnavailable: another run of the same backfill does not end.
        """
        with self._prepared(), self._explained():
            state = self._begin()
            if state["finished"] is not None:
                return self._progress("complete", state["rows_done"])
            self._size.rows = state["batch_rows"]
            self._done_before = state["rows_done"]
            self._total = self._server.estimate_rows(self._order.table)
            while True:
                self._pause()
                rows = self._retried_batch()
                if rows is None:
                    break
                self._report(self._progress("running", rows))
            finished = self._read_state()["rows_done"]
            self._total = finished
            progress = self._progress("complete", finished)
            self._report(progress)
            return progress

    def measure(self, rows: int) -> BackfillProgress:
        """Change a few rows, measure the rate and undo the change.

        Args:
            rows: their number, at most.
        """
        with self._prepared(), self._explained():
            total = self._server.estimate_rows(self._order.table)
            exists = self._connection.dialect.has_table(self._connection, STATE.name)
            state = self._read_state() if exists else None
            self._connection.rollback()
            after = state["position"] if state else None
            started = time.monotonic()
            self._server.start()
            batch = self._next_rows(after, rows)
            if batch is not None:
                self._backfill.batch(self._connection, batch)
            self._connection.rollback()
            done, count = state["rows_done"] if state else 0, batch.count if batch else 0
            rate = count / max(time.monotonic() - started, 0.001)
            is_complete = state is not None and state["finished"] is not None
            return BackfillProgress(
                self._name,
                "complete" if is_complete else "running",
                done,
                max(total, done),
                rate,
                rows,
            )

    @contextmanager
    def _prepared(self) -> Iterator[None]:
        """Hold the lock of the backfill, outside of a transaction."""
        if self._connection.in_transaction():
            raise UsageError(
                "A backfill has to commit each batch, and env.py has opened a transaction.",
                hint="Let env.py connect without a transaction:\n"
                "    with engine.connect() as connection:\n"
                "        context.configure(connection=connection, ...)",
            )
        with sqlite_transactions_of(self._connection, self._backend):
            locked = locking.migration_lock(
                self._connection,
                self._backend,
                wait=self._options.wait_seconds,
                scope=locking.Scope(backfill=self._name),
            )
            with locked:
                yield

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            message = f"The backfill {self._name} failed: {driver_message(error)}"
            if error.connection_invalidated:
                raise DatabaseUnavailable(
                    message,
                    detail="All earlier batches are committed.",
                    hint=f"Continue: {MIGRATE} backfill {self._name}",
                ) from error
            self._connection.rollback()
            raise StrataError(
                message,
                detail="The batch was rolled back. All earlier batches are committed.",
                hint=f"If its column or table is pending: {MIGRATE} upgrade --rolling\n"
                f"Else correct {self._backfill.file.path} or the rows, and continue: "
                f"{MIGRATE} backfill {self._name} --keep",
            ) from error

    def _begin(self) -> RowMapping:
        """Return the state, which is created before the first batch."""
        sha256 = self._backfill.sha256
        with self._connection.begin():
            STATE.create(self._connection, checkfirst=True)
        with self._connection.begin():
            state = self._find_state()
            if state is None or self._options.restart:
                self._connection.execute(STATE.delete().where(STATE.c.name == self._name))
                self._connection.execute(insert(STATE).values(**self._new_state()))
            elif state["finished"] is None and state["sha256"] != sha256:
                if not self._options.keep:
                    raise _edited_error(self._backfill, state["rows_done"])
                self._update(sha256=sha256)
        return self._read_state()

    def _new_state(self) -> dict[str, Any]:
        now = datetime.now(UTC)
        return {
            "name": self._name,
            "rows_done": 0,
            "batch_rows": self._size.rows,
            "sha256": self._backfill.sha256,
            "who": process_identity(),
            "started": now,
            "updated": now,
        }

    def _find_state(self) -> RowMapping | None:
        """Return the state, locked until the end of the transaction."""
        query = select(STATE).where(STATE.c.name == self._name).with_for_update()
        return self._connection.execute(query).mappings().first()

    def _read_state(self) -> RowMapping:
        state = self._connection.execute(select(STATE).where(STATE.c.name == self._name))
        row = state.mappings().one()
        self._connection.rollback()
        return row

    def _update(self, **values: object) -> None:
        now, who = datetime.now(UTC), process_identity()
        self._connection.execute(
            update(STATE).where(STATE.c.name == self._name).values(updated=now, who=who, **values)
        )

    def _retried_batch(self) -> int | None:
        """Change the next rows; again if another transaction was in the way.

        Returns:
            The number of all rows that are done; None if no row was left.
        """
        started, attempt = time.monotonic(), 0
        while True:
            attempt += 1
            try:
                return self._batch()
            except DBAPIError as error:
                waited = time.monotonic() - started
                if not self._server.is_transient(error) or waited > self._options.retry_seconds:
                    raise
                self._size.rows = max(self._size.rows // 2, 1)
                self._sleep(backoff_seconds(attempt), driver_message(error))

    def _batch(self) -> int | None:
        started = time.monotonic()
        with self._connection.begin():
            self._server.start()
            state = self._find_state()
            if state is None:
                raise StrataError(
                    f"The state of the backfill {self._name} was deleted while it ran.",
                    hint=f"Run it again: {MIGRATE} backfill {self._name}",
                )
            rows = self._next_rows(state["position"], self._size.rows)
            if rows is None:
                self._update(finished=datetime.now(UTC))
                return None
            self._backfill.batch(self._connection, rows)
            done: int = state["rows_done"] + rows.count
            self._update(
                position=write_position(rows.last), rows_done=done, batch_rows=self._size.rows
            )
        self._size.adapt(time.monotonic() - started)
        return done

    def _next_rows(self, position: str | None, limit: int) -> Rows | None:
        after = read_position(position) if position else None
        return self._order.next_rows(self._connection, after, limit)

    def _pause(self) -> None:
        """Wait while a limit of the server is passed, or the file says so."""
        seconds = PAUSE_SECONDS
        while reason := self._reason_to_pause():
            self._sleep(seconds, reason)
            seconds = min(seconds * 2, LONGEST_PAUSE_SECONDS)

    def _reason_to_pause(self) -> str:
        reason = self._options.limits.reason_to_pause(self._server)
        if not reason:
            reason = self._backfill.pause(self._connection)
            if self._connection.in_transaction():
                self._connection.rollback()
        return reason

    def _sleep(self, seconds: float, reason: str) -> None:
        self._report(self._progress("paused", self._read_state()["rows_done"], reason))
        time.sleep(seconds)

    def _progress(self, status: Status, rows: int, reason: str = "") -> BackfillProgress:
        rate = (rows - self._done_before) / max(time.monotonic() - self._started, 0.001)
        total = max(self._total, rows)
        return BackfillProgress(self._name, status, rows, total, rate, self._size.rows, reason)


@contextmanager
def sqlite_transactions_of(connection: Connection, backend: Backend) -> Iterator[None]:
    """Make the transactions of a connection to SQLite real; do nothing with another database."""
    if backend != "sqlite":
        yield
        return
    with sqlite_transactions(connection, foreign_keys=True):
        yield


def _edited_error(backfill: Backfill, rows: int) -> StrataError:
    name = backfill.file.name
    return StrataError(
        f"{backfill.file.path} was edited after {rows} rows were done.",
        detail="Those rows were changed by the old code.",
        hint=f"Continue with the new code: {MIGRATE} backfill {name} --keep\n"
        f"Or begin again at the first row: {MIGRATE} backfill {name} --restart",
    )
