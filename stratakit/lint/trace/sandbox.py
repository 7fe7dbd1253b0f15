"""A scratch database with the first revisions of a chain applied."""

import logging
from collections.abc import Sequence
from contextlib import ExitStack

from alembic.config import Config as AlembicConfig
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import MetaData

from stratakit import scratch
from stratakit.autogenerate.options import comparison
from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.scratch import sample_rows


class Bench:
    """A scratch database on which revisions are run one after the other; for a `with`.

    Those that it has from the beginning, as a copy of another database, are not run again.

    Args:
        config: the service's.
        metadata: of its models, whose schemas and naming convention count.
        alembic: where its revisions are.

    Raises:
        StrataError: on entering, there is no server for it (exit status 3).
    """

    def __init__(self, config: Config, metadata: MetaData, alembic: AlembicConfig) -> None:
        self.config, self._metadata, self._alembic = config, metadata, alembic
        self.script = ScriptDirectory.from_config(alembic)
        self._stack = ExitStack()
        self._applied: list[Script] = []
        self._unstamped: set[str] = set()
        self.version = 0

    def __enter__(self) -> "Bench":
        logging.getLogger("alembic.runtime").setLevel(logging.WARNING)
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def apply(self, scripts: Sequence[Script], *, filled: bool = False) -> None:
        """Run revisions up, and put rows into the tables where that is asked for."""
        missing = [each for each in scripts if each.revision not in self._there]
        if missing:
            revision_map = self.script.revision_map
            self.run([RevisionStep(revision_map, each, True) for each in missing])
        for script in missing:
            self._stamp(script)
        self._applied += [each for each in scripts if each not in self._applied]
        if filled and missing:
            self.fill(None)

    def keep(self, script: Script, *, unstamped: bool = False) -> None:
        """Count a revision that was run for one that is applied.

        Args:
            script: the revision.
            unstamped: whether it ended without its version, which is written for it.
        """
        if script not in self._applied:
            self._applied.append(script)
        if unstamped:
            self._unstamped.add(script.revision)
            self._stamp(script)

    def run(self, steps: list[RevisionStep]) -> None:
        """Run revisions as the migrations' environment does, each in a transaction of its own."""
        connection = self.connection
        if connection.in_transaction():
            connection.rollback()
        if self.backend == "sqlite":
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")  # type: ignore[union-attr]
        with EnvironmentContext(
            self._alembic, self.script, fn=lambda _heads, _context: steps
        ) as environment:
            environment.configure(
                connection=connection,
                transaction_per_migration=True,
                transactional_ddl=self.backend != "mysql",
                render_as_batch=self.backend == "sqlite",
                **comparison(self._metadata),
            )
            with environment.begin_transaction():
                environment.run_migrations()
        if connection.in_transaction():
            connection.rollback()

    def rebuild(self, *, filled: bool = True) -> None:
        """Make the database anew where it stands, with rows in its tables or without."""
        applied, self._applied = self._applied, []
        self._stack.close()
        self._stack = ExitStack()
        self._open()
        if applied and self._there:
            self.empty()
        if applied:
            self.apply(applied, filled=filled)
        if not filled:
            self.empty()

    def fill(self, tables: set[str] | None) -> None:
        """Put rows into these tables, or into all."""
        if self.connection.in_transaction():
            self.connection.rollback()
        sample_rows.fill(self.connection, tables)

    def empty(self) -> None:
        """Take the rows out of all tables."""
        self.connection.rollback()
        driver = self.connection.connection.driver_connection
        assert driver is not None
        if self.backend == "sqlite":
            driver.execute("PRAGMA foreign_keys = OFF")
        tables = sample_rows.reflect(self.connection)
        for table in tables.sorted_tables:
            quoted = self.connection.dialect.identifier_preparer.format_table(table)
            if self.backend == "postgresql":
                self.connection.exec_driver_sql(f"TRUNCATE {quoted} CASCADE")
            else:
                self.connection.exec_driver_sql(f"DELETE FROM {quoted}")
        self.connection.commit()

    @property
    def heads(self) -> tuple[str, ...]:
        """The revisions at which it stands."""
        heads = MigrationContext.configure(self.connection).get_current_heads()
        self.connection.rollback()
        return heads

    def _open(self) -> None:
        url = self._stack.enter_context(scratch.database(self.config))
        self.backend = url.backend
        self.connection = self._stack.enter_context(connect(url))
        self.connection.commit()
        self._there = {each.revision for each in self.script.iterate_revisions(self.heads, "base")}
        if self.backend == "postgresql":
            # A change from timestamp to timestamptz rewrites nothing where the zone is UTC.
            self.connection.exec_driver_sql("SET TimeZone = 'America/New_York'")
            found = self.connection.exec_driver_sql("SHOW server_version_num").scalar()
            self.version = int(str(found)) // 10_000
            self.connection.commit()

    def _stamp(self, script: Script) -> None:
        """Write the version of a revision that ends without it, so that the next ones can run."""
        context = MigrationContext.configure(self.connection)
        if script.revision in self._unstamped:
            context.stamp(self.script, script.revision)
            self.connection.commit()
