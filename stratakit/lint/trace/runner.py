"""Running revisions up and down on a bench, each watched where it is asked for."""

import traceback
from collections.abc import Callable, Iterator

from alembic.runtime.migration import RevisionStep
from alembic.script import Script
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from stratakit.config import Backend
from stratakit.engine.errors import driver_message
from stratakit.lint.trace import sqlite
from stratakit.lint.trace.model import Direction, Statement, Step, unrun
from stratakit.lint.trace.mysql import MySQL
from stratakit.lint.trace.postgresql import PostgreSQL
from stratakit.lint.trace.recorder import Eyes, Recorder
from stratakit.lint.trace.sandbox import Bench
from stratakit.lint.trace.sqlite import SQLite
from stratakit.lint.trace.sqlite_batch import told

EYES: dict[Backend, Callable[[Connection, int | None], Eyes]] = {
    "postgresql": PostgreSQL,
    "sqlite": SQLite,
    "mysql": MySQL,
}


def steps(bench: Bench, asked: set[str]) -> Iterator[Step]:
    """Run all revisions up to the last that is asked for, and watch those that are.

    Args:
        bench: where.
        asked: the ids of revisions.

    Returns:
        The upgrade of each and, where it has one, its downgrade; nothing behind one that fails.
    """
    chain = list(bench.script.walk_revisions())[::-1]
    last = max(place for place, each in enumerate(chain) if each.revision in asked)
    plain: list[Script] = []
    for script in chain[: last + 1]:
        if script.revision not in asked:
            plain.append(script)
            continue
        if plain:
            bench.apply(plain, filled=True)
            plain = []
        up = _watched(bench, script, "upgrade")
        yield up
        if up.error:
            return
        yield from _down(bench, script, up)


def _down(bench: Bench, script: Script, up: Step) -> Iterator[Step]:
    if getattr(script.module, "irreversible", None) or not hasattr(script.module, "downgrade"):
        return
    down = _watched(bench, script, "downgrade", up)
    yield down
    if down.error or down.unstamped or bench.backend == "mysql":
        if not down.undone or down.unstamped:
            bench.rebuild()
        return
    try:
        bench.apply([script])
    except Exception as error:  # the downgrade left something behind
        if not isinstance(error, IntegrityError | DataError):
            down.left = _reason(error)
        bench.rebuild()


def _watched(bench: Bench, script: Script, direction: Direction, up: Step | None = None) -> Step:
    step = _once(bench, script, direction, up)
    if step.error and step.fails_on_rows:
        # What the rows made here do not meet says nothing of the rows that there are.
        if step.undone:
            bench.empty()
        else:
            if direction == "downgrade":
                bench.keep(script)
            bench.rebuild(filled=False)
        step = _once(bench, script, direction, up)
    if not step.error and direction == "upgrade":
        bench.keep(script, unstamped=step.unstamped)
        made = {act.table for _, act in step.acts("create table")}
        made |= {act.text for _, act in step.acts("rename table")}
        if made:
            bench.fill(made)
    return step


def _once(bench: Bench, script: Script, direction: Direction, up: Step | None) -> Step:
    step = unrun(bench.config, script, direction, bench.version)
    step.observed, step.other = True, up
    if up is not None:
        step.existed = dict(up.existed)
        up.other = step
    eyes = EYES[bench.backend](bench.connection, getattr(up, "watermark", None))
    step.watermark = getattr(eyes, "watermark", 0)
    before = sqlite.contents(bench.connection) if bench.backend == "sqlite" else {}
    run = RevisionStep(bench.script.revision_map, script, direction == "upgrade")
    try:
        with Recorder(bench.connection, step, eyes).watching():
            bench.run([run])
    except Exception as error:
        _failed(step, error)
        bench.connection.rollback()
    else:
        bench.connection.rollback()
        step.unstamped = (script.revision in bench.heads) != step.up
    if bench.backend == "sqlite":
        told(step)
        if not step.error:
            step.lost = sqlite.losses(step, before, sqlite.contents(bench.connection))
    return step


def _failed(step: Step, error: Exception) -> None:
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(step.path)
    ]
    step.error = _reason(error)
    step.error_line = (lines[-1] if lines else 0) or 1
    step.refused = not step.up and isinstance(error, NotImplementedError)
    step.fails_on_rows = isinstance(error, IntegrityError | DataError)
    statement: Statement | None = step.statements[-1] if step.statements else None
    if statement is not None and getattr(error, "statement", None) == statement.text:
        statement.error = step.error


def _reason(error: Exception) -> str:
    return driver_message(error) or type(error).__name__
