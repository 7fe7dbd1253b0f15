"""Reading what a revision would send, where there is no server to run it on."""

import io
import sys
from collections.abc import Iterator

from alembic.config import Config as AlembicConfig
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import RevisionStep
from alembic.script import Script, ScriptDirectory
from sqlalchemy import MetaData

from stratakit.autogenerate.options import comparison
from stratakit.config import Config
from stratakit.lint.trace.model import Direction, Statement, Step, unrun
from stratakit.sql.action import Action
from stratakit.sql.parser import parse


class Written(io.StringIO):
    """Notes each statement that Alembic writes instead of sending it."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self._step = step
        self._transaction = 1
        self._autocommit = False

    def write(self, text: str) -> int:
        """Note a statement with the line of the revision that it comes from."""
        frame, line = sys._getframe(1), 0
        while frame is not None and not line:
            if frame.f_code.co_filename == str(self._step.path):
                line = frame.f_lineno
            frame = frame.f_back  # type: ignore[assignment]
        found: tuple[Action, ...] = tuple(parse(text))
        ends = {act.text for act in found if act.kind == "transaction"}
        if line and text.strip() and not ends:
            self._step.statements.append(
                Statement(text.strip(), line, found, self._transaction, self._autocommit)
            )
        elif ends:
            self._transaction += 1
            self._autocommit = "commit" in ends and bool(line)
        return len(text)


def steps(
    config: Config, metadata: MetaData, alembic: AlembicConfig, asked: set[str]
) -> Iterator[Step]:
    """Write the revisions that are asked for instead of running them."""
    directory = ScriptDirectory.from_config(alembic)
    for script in list(directory.walk_revisions())[::-1]:
        if script.revision not in asked:
            continue
        up = _written(config, metadata, alembic, directory, script, "upgrade")
        yield up
        if hasattr(script.module, "downgrade") and not hasattr(script.module, "irreversible"):
            down = _written(config, metadata, alembic, directory, script, "downgrade")
            down.other = up
            yield down


def _written(
    config: Config,
    metadata: MetaData,
    alembic: AlembicConfig,
    directory: ScriptDirectory,
    script: Script,
    direction: Direction,
) -> Step:
    step = unrun(config, script, direction)
    run = RevisionStep(directory.revision_map, script, direction == "upgrade")
    with EnvironmentContext(
        alembic, directory, fn=lambda _heads, _context: [run], as_sql=True
    ) as environment:
        environment.configure(
            dialect_name=config.database,
            output_buffer=Written(step),
            literal_binds=True,
            transaction_per_migration=True,
            render_as_batch=config.database == "sqlite",
            **comparison(metadata),
        )
        try:
            with environment.begin_transaction():
                environment.run_migrations()
        except Exception:
            # What asks the database for an answer cannot go on without one.
            step.incomplete = True
    return step
