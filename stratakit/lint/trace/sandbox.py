"""A scratch database that is at one revision after the other."""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack
from typing import Self

from alembic.config import Config as AlembicConfig
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import MetaData

from stratakit import scratch
from stratakit.alembic_private import forget_run
from stratakit.autogenerate.options import comparison
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.revisions.alembic_config import set_database
from stratakit.runtime.redirect import redirected_connections
from stratakit.runtime.sqlite_restore import restoring_batches
from stratakit.scratch import extensions, sample_rows


class ReplayError(Exception):
    """A revision before the ones that are observed fails; the cause is the error.

    Args:
        script: the revision.
    """

    def __init__(self, script: Script) -> None:
        super().__init__(script.revision)
        self.script = script


class Sandbox:
    """A scratch database on which revisions run one after the other; for a `with`.

    A copy of another database has revisions from the beginning, which do not run again.

    Args:
        config: the project's.
        metadata: the models' tables, whose schemas and naming convention count.
        alembic: Alembic's configuration, with the folder of the revisions.

    Raises:
        DatabaseUnavailable: on entering, there is no server for it.
    """

    def __init__(self, config: Config, metadata: MetaData, alembic: AlembicConfig) -> None:
        self.config, self._metadata, self._alembic = config, metadata, alembic
        self.script = ScriptDirectory.from_config(alembic)
        self._stack = ExitStack()
        self._applied: list[Script] = []
        self._unstamped: set[str] = set()
        self.server_version = 0
        self._failure = ""
        self._has_imported, self._imports_execute = False, True
        self._has_rows = False
        self.seeded_tables: set[str] = set()
        """The tables to which the revisions insert rows themselves."""

    def __enter__(self) -> Self:
        logging.getLogger("alembic.runtime").setLevel(logging.WARNING)
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def apply(self, scripts: Sequence[Script], *, with_rows: bool = False) -> None:
        """Run the upgrades of revisions.

        Args:
            scripts: the revisions, in their order.
            with_rows: whether all tables get rows afterwards.

        Raises:
            ReplayError: a revision fails; the ones before it are applied.
        """
        missing = [each for each in scripts if each.revision not in self._preapplied]
        started: list[Script] = []

        def steps() -> Iterator[RevisionStep]:
            for script in missing:
                started.append(script)
                yield RevisionStep(self.script.revision_map, script, True)

        if missing:
            try:
                self.run(steps())
            except Exception as error:
                self.connection.rollback()
                if not started:
                    raise
                self._applied += [each for each in started[:-1] if each not in self._applied]
                raise ReplayError(started[-1]) from error
        for script in missing:
            self._stamp(script)
        self._applied += [each for each in scripts if each not in self._applied]
        if with_rows and missing:
            self.insert_rows()

    def add_extensions(self, failure: str) -> bool:
        """Create the extensions of the project's database that a failed revision may need.

        Args:
            failure: its message.

        Returns:
            Whether one was created.
        """
        self._failure = failure
        return self._create_extensions()

    def mark_applied(self, script: Script, *, is_unstamped: bool = False) -> None:
        """Note that a revision was run.

        Args:
            script: the revision.
            is_unstamped: whether it ended without its version, which is then written for it.
        """
        if script not in self._applied:
            self._applied.append(script)
        if is_unstamped:
            self._unstamped.add(script.revision)
            self._stamp(script)

    def run(
        self,
        steps: Iterable[RevisionStep],
        on_start: Callable[[Operations], None] = lambda _operations: None,
    ) -> None:
        """Run revisions as a project's environment does, each in a transaction of its own.

        Args:
            steps: the revisions, each up or down.
            on_start: called with the object behind `alembic.op`.
        """
        connection = self.connection
        if connection.in_transaction():
            connection.rollback()
        with (
            # A revision may connect by itself, to what alembic.ini or the settings name.
            redirected_connections(lambda _backend: self._url),
            restoring_batches(connection),
            EnvironmentContext(
                self._alembic, self.script, fn=lambda _heads, _context: steps
            ) as environment,
        ):
            environment.configure(
                connection=connection,
                transaction_per_migration=True,
                transactional_ddl=self.backend != "mysql",
                render_as_batch=self.backend == "sqlite",
                **comparison(self._metadata),
            )
            context = environment.get_context()
            try:
                with environment.begin_transaction(), Operations.context(context) as operations:
                    on_start(operations)
                    context.run_migrations()
            finally:
                forget_run()
        if connection.in_transaction():
            connection.rollback()

    def rebuild(self, *, with_rows: bool = True) -> None:
        """Create the database again at its revision.

        Args:
            with_rows: whether its tables get rows.
        """
        applied, self._applied = self._applied, []
        self._stack.close()
        self._stack = ExitStack()
        self._open()
        if applied and self._preapplied:
            self.delete_rows()
        if applied:
            self.apply(applied, with_rows=with_rows)

    def insert_rows(self, tables: Collection[str] | None = None) -> None:
        """Insert rows into tables that have none; by default into all."""
        if self.connection.in_transaction():
            self.connection.rollback()
        if tables is None and not self._has_rows:
            counts = sample_rows.count_rows(self.connection)
            self.seeded_tables |= {table for table, count in counts.items() if count}
            self._has_rows = True
        sample_rows.fill(self.connection, tables)

    def delete_rows(self) -> None:
        """Delete the rows of all tables."""
        self.connection.rollback()
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
        self._url = url = self._stack.enter_context(scratch.database(self.config))
        set_database(self._alembic, url)
        self.backend = url.backend
        self.connection = self._stack.enter_context(connect(url))
        self.connection.commit()
        if self._failure:
            self._create_extensions()
        if self._imports_execute:
            self._import_revisions()
        applied = self.script.iterate_revisions(self.heads, "base")
        self._has_rows = False
        self._preapplied = {script.revision for script in applied}
        if self.backend == "postgresql":
            # A change from timestamp to timestamptz rewrites nothing if the zone is UTC.
            self.connection.exec_driver_sql("SET TimeZone = 'America/New_York'")
            number = self.connection.exec_driver_sql("SHOW server_version_num").scalar_one()
            self.server_version = int(number) // 10_000
            self.connection.commit()

    def _import_revisions(self) -> None:
        """Let the revisions execute what they execute when they are imported, if they do."""
        # Those of an earlier database stay the ones that are run.
        again = self._has_imported
        script = ScriptDirectory.from_config(self._alembic) if again else self.script
        self._has_imported = True
        with Operations.context(MigrationContext.configure(self.connection)):
            script.get_heads()
        self._imports_execute = self.connection.in_transaction()
        self.connection.commit()
        forget_run()

    def _create_extensions(self) -> bool:
        try:
            return extensions.create_missing(self._url, self.config, self._failure)
        except StrataError:
            # The revision that needs it fails.
            return False

    def _stamp(self, script: Script) -> None:
        """Write the version of a revision that ends without it, so that the next ones can run."""
        context = MigrationContext.configure(self.connection)
        if script.revision in self._unstamped:
            context.stamp(self.script, script.revision)
            self.connection.commit()
