"""One run of a project's env.py, in which Alembic runs nothing that `run_migrations` does not."""

from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from alembic.config import Config as AlembicConfig
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from stratakit.alembic_private import downgrade_steps, upgrade_steps
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.revisions import alembic_config
from stratakit.revisions.environment import environment
from stratakit.revisions.run_options import RunOptions

GUARD = "stratakit.guard"
"""Of Alembic's `Config.attributes`: what `run_migrations` lifts."""

Steps = Callable[[Any, MigrationContext], Iterable[Any]]


class EnvironmentGuard:
    """Keeps env.py from configuring Alembic before it calls `run_migrations`.

    What env.py ran by itself would reach a database without lock, fence or timeouts, and another
    one than the command means.

    Args:
        context: the live one, whose method is replaced: that works for a function that env.py has
            imported, too.
    """

    def __init__(self, context: EnvironmentContext) -> None:
        self.is_lifted = False
        self._context = context
        self._configure = context.configure
        context.configure = self._refuse  # type: ignore[method-assign]

    def lift(self) -> None:
        """Let Alembic be configured: `run_migrations` has taken over."""
        self.is_lifted = True
        self._context.configure = self._configure  # type: ignore[method-assign]

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise UsageError("env.py calls context.configure() before it calls run_migrations().")


def lift_guard(alembic: AlembicConfig) -> None:
    """Let Alembic be configured, where a command of ours has kept env.py from it."""
    if guard := alembic.attributes.get(GUARD):
        guard.lift()


def run_upgrade(
    config: Config,
    revision: str,
    options: RunOptions | None = None,
    connection: Connection | None = None,
) -> None:
    """Run env.py for an upgrade.

    Args:
        config: the project's.
        revision: an id, `head`, `heads` or a step such as `+1`.
        options: the command's.
        connection: to the database that is meant; by default env.py's own.

    Raises:
        StrataError: the run was refused, or a revision failed.
        alembic.util.CommandError: there is no such revision.
    """

    def upgrade(heads: Any, context: MigrationContext) -> Iterable[Any]:
        assert context.script is not None
        return upgrade_steps(context.script, revision, heads)

    _run(config, upgrade, revision, options or RunOptions(), connection)


def run_downgrade(config: Config, revision: str, options: RunOptions) -> None:
    """Run env.py for a downgrade; the arguments are those of `run_upgrade`."""

    def downgrade(heads: Any, context: MigrationContext) -> Iterable[Any]:
        assert context.script is not None
        return downgrade_steps(context.script, revision, heads)

    _run(config, downgrade, revision, options, None)


def run_one_upgrade(
    config: Config, directory: ScriptDirectory, revision: Script, connection: Connection
) -> None:
    """Run env.py for the upgrade of one revision alone.

    Args:
        config: the project's.
        directory: the revisions.
        revision: one of them, with its parents applied.
        connection: to the database that is meant.

    Raises:
        StrataError: the run was refused, or the revision failed.
    """

    def upgrade(_heads: Any, _context: MigrationContext) -> Iterable[Any]:
        return [RevisionStep(directory.revision_map, revision, True)]

    _run(config, upgrade, revision.revision, RunOptions(), connection, directory)


def run_one_downgrade(
    config: Config, directory: ScriptDirectory, revision: Script, connection: Connection
) -> None:
    """Run env.py for the downgrade of one head alone; the arguments are those of `run_one_upgrade`.

    By its id, a downgrade at two heads is ambiguous; one to its parent includes the other branch.
    """

    def downgrade(_heads: Any, _context: MigrationContext) -> Iterable[Any]:
        return [RevisionStep(directory.revision_map, revision, False)]

    _run(config, downgrade, revision.revision, RunOptions(), connection, directory)


def _run(
    config: Config,
    steps: Steps,
    revision: str,
    options: RunOptions,
    connection: Connection | None,
    directory: ScriptDirectory | None = None,
) -> None:
    alembic = alembic_config.alembic_config(config, options)
    if connection is not None:
        alembic.attributes["connection"] = connection
    script = directory or ScriptDirectory.from_config(alembic)
    with EnvironmentContext(alembic, script, fn=steps, destination_rev=revision) as context:
        guard = alembic.attributes[GUARD] = EnvironmentGuard(context)
        try:
            script.run_env()
        except CommandError as error:
            if isinstance(error.__cause__, StrataError):
                raise error.__cause__ from None
            raise
        except Exception:
            if guard.is_lifted:
                raise
    if not guard.is_lifted:
        # It connects nowhere, and says what is wrong with env.py.
        environment(config)
