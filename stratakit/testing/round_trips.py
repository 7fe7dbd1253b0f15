"""Round trips of revisions: upgrade, downgrade and upgrade again, with rows in the tables."""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from alembic.script import Script
from sqlalchemy import Connection

from stratakit import catalog, scratch
from stratakit.catalog import Catalog
from stratakit.diagnostics.errors import StrataError
from stratakit.diagnostics.finding import Finding
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import alembic_config, guards, history
from stratakit.runtime.environment import Environment
from stratakit.runtime.steps import one_step
from stratakit.scratch import sample_rows


class RoundTrips:
    """Round trips on one scratch database, which each revision leaves to the next.

    A revision that is tested out of order, or after a failure, starts from an empty database.

    Args:
        project: what env.py says.

    Raises:
        StrataError: env.py or the revisions cannot be read.
    """

    def __init__(self, project: Environment) -> None:
        self._config = config = project.config
        self._version_table = project.version_table
        self._scripts = alembic_config.scripts(config)
        self._order = list(self._scripts.walk_revisions())[::-1]
        self._adopted = history.read(config.revision_files).ancestors([config.adopted])
        self._resources = ExitStack()
        self._url: DatabaseURL | None = None
        self._connection: Connection | None = None
        self._applied = 0
        self._broken: Script | None = None

    def close(self) -> None:
        """Drop the scratch database."""
        self._connection = None
        self._resources.close()

    def run(self, revision: str) -> list[Finding]:
        """Upgrade to a revision, downgrade it, and upgrade to it again.

        The file of the revision may declare `irreversible = "reason"` and `deletes_rows =
        "reason"`.

        Args:
            revision: the id of the revision.

        Returns:
            Each difference that the round trip leaves behind, and each table that loses rows.

        Raises:
            StrataError: the revision fails, or an earlier one fails.
        """
        index = [script.revision for script in self._order].index(revision)
        with ExitStack() as after_failure:
            after_failure.callback(self.close)
            connection = self._connect_before(index)
            findings = list(self._round_trip(connection, self._order[index]))
            if not findings:
                after_failure.pop_all()
        return findings

    def _connect_before(self, index: int) -> Connection:
        """Return a connection to a database with every revision before the one at an index."""
        if self._broken in self._order[:index]:
            raise self._blocked(index)
        connection = self._connection
        if connection is None or self._applied > index:
            connection = self._connect()
        for script in self._order[self._applied : index]:
            try:
                self._upgrade(script)
            except Exception as error:
                # The test of each later revision would apply everything up to it again.
                self._broken = script
                raise self._blocked(index) from error
            self._fill(connection)
        return connection

    def _connect(self) -> Connection:
        """Connect to a new scratch database."""
        self.close()
        self._url = self._resources.enter_context(scratch.database(self._config))
        self._connection = self._resources.enter_context(connect(self._url))
        self._applied = 0
        return self._connection

    def _blocked(self, index: int) -> StrataError:
        assert self._broken
        return StrataError(
            f"{_name(self._order[index])} was not run.",
            detail=f"{_name(self._broken)}, which comes before it, fails.",
            hint="Correct that one first. Its own test shows why it fails: "
            f"pytest -k {self._broken.revision}",
        )

    def _round_trip(self, connection: Connection, script: Script) -> Iterator[Finding]:
        before, rows = (
            self._read_catalog(connection),
            sample_rows.count_rows(connection, self._version_table),
        )
        self._upgrade(script)
        yield from self._lost_rows("upgrade", rows, connection, script)
        self._fill(connection)
        if script.revision in self._adopted or guards.irreversible_reason(script):
            return
        self._downgrade(script)
        found = catalog.differences(before, self._read_catalog(connection))
        differences = [each for each in found if not each.only_adds_enum_values]
        for difference in differences:
            yield Finding(
                "incomplete-downgrade",
                f"downgrade() does not undo upgrade(): {difference}.",
                "After both, the database has to be what it was before.",
                'Correct downgrade(), or declare in the file: irreversible = "reason"',
                self._file(script),
            )
        yield from self._lost_rows("downgrade", rows, connection, script)
        if not differences:
            self._upgrade(script)
            self._fill(connection)

    def _lost_rows(
        self, function: str, before: dict[str, int], connection: Connection, script: Script
    ) -> Iterator[Finding]:
        if hasattr(script.module, "deletes_rows"):
            return
        after = sample_rows.count_rows(connection, self._version_table)
        for table, count in before.items():
            if after.get(table, count) < count:
                yield Finding(
                    "deleted-rows",
                    f"{function}() deletes rows: {table} had {count} and has {after[table]}.",
                    "A database in use would lose data.",
                    'Keep the rows, or declare in the file: deletes_rows = "reason"',
                    self._file(script),
                )

    def _file(self, script: Script) -> str:
        return Path(script.path).relative_to(self._config.root).as_posix()

    def _upgrade(self, script: Script) -> None:
        self._run(script, is_upgrade=True)
        self._applied += 1

    def _downgrade(self, script: Script) -> None:
        self._run(script, is_upgrade=False)
        self._applied -= 1

    def _run(self, script: Script, *, is_upgrade: bool) -> None:
        assert self._url is not None
        steps = one_step(script, is_upgrade=is_upgrade)
        scratch.run_steps(self._url, self._config, steps, self._scripts)

    def _read_catalog(self, connection: Connection) -> Catalog:
        with connection.begin():
            return catalog.read(connection, self._version_table)

    def _fill(self, connection: Connection) -> None:
        refused = sample_rows.fill(connection, version_table=self._version_table)
        for table, reason in refused.items():
            warnings.warn(f"no row could be made for {table}: {reason}", stacklevel=2)


def _name(script: Script) -> str:
    return Path(script.path).name
