"""Running revisions up and down on a scratch database, each watched where it is asked for."""

import logging
import re
import traceback
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from alembic.config import Config as AlembicConfig
from alembic.operations.ops import DropConstraintOp
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.exc import DataError, IntegrityError

from strata import schemas, scratch
from strata.autogenerate import comparison
from strata.config import Config
from strata.connection import connected
from strata.observe.batch import told
from strata.observe.record import Direction, Statement, Step
from strata.observe.recorder import Eyes, Recorder
from strata.scratch import rows

EYES = {"postgresql": "PostgreSQL", "sqlite": "SQLite", "mysql": "MySQL"}
NAMED = re.compile(r"\bDROP\s+(?:TRIGGER|INDEX|VIEW|TABLE)\s+(?:IF\s+EXISTS\s+)?[\"`]?(\w+)", re.I)


class Bench:
    """A scratch database on which revisions are run one after the other; for a `with`.

    Those that it has from the beginning, as a copy of another database, are not run again.
    """

    def __init__(self, config: Config, metadata: MetaData, alembic: AlembicConfig) -> None:
        self._config, self._metadata, self._alembic = config, metadata, alembic
        self._script = ScriptDirectory.from_config(alembic)
        self._stack = ExitStack()
        self._done: list[Script] = []
        self._unstamped: set[str] = set()
        self.version = 0

    def __enter__(self) -> "Bench":
        logging.getLogger("alembic.runtime").setLevel(logging.WARNING)
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def steps(self, asked: set[str]) -> Iterator[Step]:
        """Run all revisions up to the last that is asked for, and watch those that are."""
        chain = list(self._script.walk_revisions())[::-1]
        last = max(place for place, each in enumerate(chain) if each.revision in asked)
        plain: list[Script] = []
        for script in chain[: last + 1]:
            if script.revision not in asked:
                plain.append(script)
                continue
            if plain:
                self._apply(plain, filled=True)
                plain = []
            up = self._watched(script, "upgrade")
            yield up
            if up.error:
                return
            yield from self._down(script, up)

    def _down(self, script: Script, up: Step) -> Iterator[Step]:
        if getattr(script.module, "irreversible", None) or not hasattr(script.module, "downgrade"):
            return
        down = self._watched(script, "downgrade", up)
        yield down
        if down.error or down.unstamped or self.family == "mysql":
            if not self._whole(down) or down.unstamped or self.family == "mysql":
                self._rebuild()
            return
        try:
            self._apply([script])
        except Exception as error:  # the downgrade left something behind
            if not isinstance(error, IntegrityError | DataError):
                down.left = _told(error)
            self._rebuild()

    def _whole(self, step: Step) -> bool:
        """Whether a failed run left nothing behind."""
        kept = step.commits or any(each.autocommit for each in step.statements)
        return self.family != "mysql" and not kept

    def _open(self) -> None:
        url = self._stack.enter_context(scratch.database(self._config))
        self.family = url.family
        self.connection = self._stack.enter_context(connected(url))
        schemas.make(self.connection, self._config, self._metadata)
        self.connection.commit()
        heads = MigrationContext.configure(self.connection).get_current_heads()
        self._there = {each.revision for each in self._script.iterate_revisions(heads, "base")}
        self.connection.rollback()
        if self.family == "postgresql":
            # A change from timestamp to timestamptz rewrites nothing where the zone is UTC.
            self.connection.exec_driver_sql("SET TimeZone = 'America/New_York'")
            found = self.connection.exec_driver_sql("SHOW server_version_num").scalar()
            self.version = int(str(found)) // 10_000
            self.connection.commit()

    def _rebuild(self, *, filled: bool = True) -> None:
        """Make the database anew where it stands."""
        done, self._done = self._done, []
        self._stack.close()
        self._stack = ExitStack()
        self._open()
        if done and self._there:
            self._empty()
        if done:
            self._apply(done, filled=filled)
        if not filled:
            self._empty()

    def _apply(self, scripts: Sequence[Script], *, filled: bool = False) -> None:
        revision_map = self._script.revision_map
        missing = [each for each in scripts if each.revision not in self._there]
        if missing:
            self._run(self.connection, [RevisionStep(revision_map, each, True) for each in missing])
        for script in missing:
            self._stamp(script)
        self._done += [each for each in scripts if each not in self._done]
        if filled and missing:
            self._fill(None)

    def _stamp(self, script: Script) -> None:
        """Write the version of a revision that ends without it, so that the next ones can run."""
        context = MigrationContext.configure(self.connection)
        if script.revision in self._unstamped:
            context.stamp(self._script, script.revision)
            self.connection.commit()

    def _fill(self, tables: set[str] | None) -> None:
        if self.connection.in_transaction():
            self.connection.rollback()
        rows.fill(self.connection, tables)

    def _watched(self, script: Script, direction: Direction, up: Step | None = None) -> Step:
        step = self._once(script, direction, up)
        if step.error and step.fails_on_rows:
            # What the rows made here do not meet says nothing of the rows that there are.
            if self._whole(step):
                self._empty()
            else:
                if direction == "downgrade" and script not in self._done:
                    self._done.append(script)
                self._rebuild(filled=False)
            step = self._once(script, direction, up)
        if not step.error and direction == "upgrade":
            self._done.append(script)
            if step.unstamped:
                self._unstamped.add(script.revision)
                self._stamp(script)
            made = {act.table for _, act in step.acts("create table")}
            made |= {act.text for _, act in step.acts("rename table")}
            if made:
                self._fill(made)
        return step

    def _once(self, script: Script, direction: Direction, up: Step | None) -> Step:
        path = Path(script.path)
        step = Step(
            script.revision,
            path,
            path.read_text(encoding="utf-8"),
            direction,
            self.family,
            self._config.server_version or self.version,
            observed=True,
            packages=packages(self._config),
            other=up,
        )
        if up is not None:
            step.existed, step.made = dict(up.existed), up.made
            up.other = step
        module = import_module(f"strata.observe.{self.family}")
        eyes: Eyes = getattr(module, EYES[self.family])(
            self.connection, getattr(up, "watermark", None)
        )
        step.watermark = getattr(eyes, "watermark", 0)
        before = module.contents(self.connection) if self.family == "sqlite" else {}
        recorder = Recorder(self.connection, step, eyes)
        try:
            with recorder.watching():
                self._run(
                    self.connection,
                    [RevisionStep(self._script.revision_map, script, direction == "upgrade")],
                )
        except Exception as error:
            _failed(step, error)
            self.connection.rollback()
        else:
            self.connection.rollback()
            heads = MigrationContext.configure(self.connection).get_current_heads()
            self.connection.rollback()
            step.unstamped = (script.revision in heads) != (direction == "upgrade")
        if self.family == "sqlite":
            told(step)
            if not step.error:
                named = {
                    found[1] for each in step.statements for found in NAMED.finditer(each.text)
                }
                named |= {act.table for _, act in step.acts("delete", "truncate")}
                named |= {str(getattr(call.operation, "index_name", "")) for call in step.calls}
                checks = [each for each in step.calls if _drops_a_check(each.operation)]
                copies = [each for each, _ in step.acts("recreate table")]
                line = next((each.line for each in copies + step.statements), 1)
                step.lost = [
                    (line, text)
                    for text in module.losses(
                        before, module.contents(self.connection), named, len(checks)
                    )
                ]
        if direction == "upgrade":
            step.made = {act.table for _, act in step.acts("create table")}
            step.made |= step.names("create type")
        return step

    def _run(self, connection: Connection, steps: list[RevisionStep]) -> None:
        if connection.in_transaction():
            connection.rollback()
        if self.family == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]
        with EnvironmentContext(
            self._alembic, self._script, fn=lambda _heads, _context: steps
        ) as environment:
            environment.configure(
                connection=connection,
                transaction_per_migration=True,
                transactional_ddl=self.family != "mysql",
                render_as_batch=self.family == "sqlite",
                **comparison(self._metadata),
            )
            with environment.begin_transaction():
                environment.run_migrations()
        if connection.in_transaction():
            connection.rollback()

    def _empty(self) -> None:
        """Take the rows out of all tables."""
        self.connection.rollback()
        driver = self.connection.connection.driver_connection
        assert driver is not None
        if self.family == "sqlite":
            driver.execute("PRAGMA foreign_keys = OFF")
        tables = rows.reflected(self.connection)
        for table in tables.sorted_tables:
            quoted = self.connection.dialect.identifier_preparer.format_table(table)
            if self.family == "postgresql":
                self.connection.exec_driver_sql(f"TRUNCATE {quoted} CASCADE")
            else:
                self.connection.exec_driver_sql(f"DELETE FROM {quoted}")
        self.connection.commit()


def _failed(step: Step, error: Exception) -> None:
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == str(step.path)
    ]
    step.error = _told(error)
    step.error_line = (lines[-1] if lines else 0) or 1
    step.refused = not step.up and isinstance(error, NotImplementedError)
    step.fails_on_rows = isinstance(error, IntegrityError | DataError)
    statement: Statement | None = step.statements[-1] if step.statements else None
    if statement is not None and getattr(error, "statement", None) == statement.text:
        statement.error = step.error


def _told(error: Exception) -> str:
    reason: Any = getattr(error, "orig", None) or error
    return str(reason).strip().partition("\n")[0] or type(error).__name__


def _drops_a_check(operation: Any) -> bool:
    return isinstance(operation, DropConstraintOp) and operation.constraint_type == "check"


def packages(config: Config) -> tuple[str, ...]:
    """The first names of the application's modules."""
    return tuple({name.partition(".")[0] for name in config.packages})
