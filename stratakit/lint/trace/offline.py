"""Reading the SQL that a revision would send, if there is no server to run it on."""

import io
from collections.abc import Collection, Iterator
from dataclasses import replace

from alembic.config import Config as AlembicConfig
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import MetaData

from stratakit.autogenerate.options import comparison
from stratakit.config import Config
from stratakit.lint.trace.frames import current_line
from stratakit.lint.trace.revision_run import Direction, RevisionRun
from stratakit.lint.trace.statement import Statement
from stratakit.sql.parser import parse


class OfflineReader:
    """Reads revisions in Alembic's offline mode.

    Args:
        config: the project's.
        metadata: the models' tables, whose schemas and naming convention count.
        alembic: Alembic's configuration, with the folder of the revisions.
    """

    def __init__(self, config: Config, metadata: MetaData, alembic: AlembicConfig) -> None:
        self._config, self._metadata, self._alembic = config, metadata, alembic
        self._directory = ScriptDirectory.from_config(alembic)

    def read(self, revisions: Collection[str]) -> Iterator[RevisionRun]:
        """Read the upgrades of revisions, and their downgrades.

        Args:
            revisions: the ids of some revisions.

        Yields:
            The upgrade of each and, if it has one, its downgrade.
        """
        for script in list(self._directory.walk_revisions())[::-1]:
            if script.revision not in revisions:
                continue
            upgrade = self._read(script, "upgrade")
            yield upgrade
            if hasattr(script.module, "downgrade") and not hasattr(script.module, "irreversible"):
                yield replace(self._read(script, "downgrade"), counterpart=upgrade)

    def _read(self, script: Script, direction: Direction) -> RevisionRun:
        run = RevisionRun.from_script(self._config, script, direction)
        step = RevisionStep(self._directory.revision_map, script, run.is_upgrade)
        buffer = _StatementBuffer(run)
        with EnvironmentContext(
            self._alembic, self._directory, fn=lambda _heads, _context: [step], as_sql=True
        ) as environment:
            environment.configure(
                dialect_name=self._config.database,
                output_buffer=buffer,
                literal_binds=True,
                transaction_per_migration=True,
                render_as_batch=self._config.database == "sqlite",
                **comparison(self._metadata),
            )
            is_incomplete = False
            try:
                with environment.begin_transaction():
                    environment.run_migrations()
            except Exception:
                # A revision that asks the database for an answer cannot go on without one.
                is_incomplete = True
        return replace(run, statements=tuple(buffer.statements), is_incomplete=is_incomplete)


class _StatementBuffer(io.StringIO):
    """Takes the statements that Alembic writes instead of sending them."""

    def __init__(self, run: RevisionRun) -> None:
        super().__init__()
        self.statements: list[Statement] = []
        self._path = run.path
        self._transaction = 1
        self._autocommit = False

    def write(self, text: str) -> int:
        """Take a statement with the line of the revision that it comes from."""
        line = current_line(self._path)
        actions = tuple(parse(text))
        ends = {action.text for action in actions if action.kind == "transaction"}
        if ends:
            self._transaction += 1
            self._autocommit = "commit" in ends and bool(line)
        elif line and text.strip():
            self.statements.append(
                Statement(text.strip(), line, actions, self._transaction, self._autocommit)
            )
        return len(text)
