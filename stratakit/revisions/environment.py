"""What a project's env.py says: the database's URL and the metadata of the models."""

from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from alembic.runtime.environment import EnvironmentContext
from alembic.util import CommandError
from sqlalchemy import MetaData

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import (
    StrataError,
    UsageError,
    application_line,
    describe_exception,
)
from stratakit.engine import resolve
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import alembic_config
from stratakit.revisions.run_options import RunOptions

SNIPPET = """\
from stratakit.alembic import discover_models, run_migrations

run_migrations(
    url=settings.database_url,  # where your application has it from
    target_metadata=discover_models("app", base=Base),  # or Base.metadata
)"""
SETTINGS_ERRORS = {"SettingsError", "ValidationError"}
"""The errors of pydantic's settings, by name: the library does without pydantic."""


@dataclass(frozen=True)
class Environment:
    """The arguments that env.py gave to `run_migrations`.

    Args:
        url: the database, or None for the local one.
        metadata: the tables of the models.
    """

    url: DatabaseURL | None
    metadata: MetaData

    def database(self, config: Config) -> DatabaseURL:
        """Return the database that commands mean: the one that is named, else the local one."""
        return self.url or resolve.local_database(config)


def environment(config: Config) -> Environment:
    """Run env.py without connecting anywhere, and return what it says.

    Raises:
        StrataError: env.py cannot be run, or does not call `run_migrations`.
    """
    captured: list[Environment] = []
    alembic = alembic_config.alembic_config(config, RunOptions(capture=captured.append))
    # An env.py that does not call run_migrations() would write SQL to the terminal.
    alembic.output_buffer = StringIO()
    file = config.migrations_folder / "env.py"
    script = alembic_config.scripts(config)
    try:
        with EnvironmentContext(alembic, script, fn=lambda *_: [], as_sql=True):
            script.run_env()
    except StrataError:
        raise
    except CommandError as error:
        if isinstance(error.__cause__, StrataError):
            raise error.__cause__ from None
        raise
    except Exception as error:
        raise _not_run(file, error) from error
    if not captured:
        raise UsageError(
            f"{file} does not call run_migrations().",
            detail="It is how stratakit learns of the database and of the models.",
            hint=f"Replace what it runs, from its first context.configure() on, by:\n{SNIPPET}",
        )
    found = captured[-1]
    if found.url and found.url.backend != config.database:
        raise UsageError(
            f"The URL names a database of the kind {found.url.backend}, and strata.toml says "
            f'database = "{config.database}".',
            detail="Scratch databases, and so each comparison, would be of the wrong kind.",
            hint="Correct the URL (DATABASE_URL in the environment or in .env), or write into "
            f'strata.toml: database = "{found.url.backend}"',
        )
    return found


def metadata(config: Config) -> MetaData:
    """Return the tables of the models."""
    return environment(config).metadata


def current_url(config: Config) -> DatabaseURL:
    """Return the database of this project: the one that env.py names, else the local one."""
    return environment(config).database(config)


def _not_run(file: Path, error: Exception) -> StrataError:
    line = application_line(error)
    where = f" ({line})" if line else ""
    if type(error).__name__ in SETTINGS_ERRORS:
        return UsageError(f"The settings are not valid: {describe_exception(error)}{where}")
    return UsageError(
        f"{file} cannot be run: {describe_exception(error)}{where}.",
        detail="It is how stratakit learns of the database and of the models.",
        hint="Install what is missing, or set what it needs in the environment or .env; then: "
        f"{MIGRATE} check",
    )
