"""Replace the local development database by a new one at head."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, text

from stratakit import scratch
from stratakit.commands._errors import command
from stratakit.commands._local import require_local
from stratakit.config import Backend, Config
from stratakit.diagnostics.errors import (
    DatabaseUnavailable,
    UsageError,
    application_line,
    describe_exception,
)
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import position
from stratakit.revisions.guards import require_revisions
from stratakit.revisions.losses import Loss, database_losses
from stratakit.revisions.position import Position
from stratakit.runtime.consent import require_consent
from stratakit.runtime.environment import Environment
from stratakit.scratch import environment

SEED = "seed.py"
"""The file next to env.py whose function `seed(connection)` stores rows for development."""


@dataclass(frozen=True)
class RebuildResult:
    """A local database that was replaced.

    Args:
        database: its name.
        position: the position of the new database.
    """

    database: str
    position: Position


@command
def rebuild(
    config: Config, *, confirmed_database: str | None = None, interactive: bool = False
) -> RebuildResult:
    """Replace the local development database by a new one at head, with the project's seed data.

    The new one is made first: if a revision or the seed fails, the old one stays as it is.

    Args:
        config: the project's.
        confirmed_database: the database's name, whose rows are lost.
        interactive: whether a person at the terminal may be asked.

    Raises:
        ConsentError: there are rows to lose, and nobody has agreed.
        UsageError: the database is not a local development database, or the seed fails.
        StrataError: there is no revision, one fails, or this is production.
    """
    require_revisions(config)
    project = environment.capture(config)
    config = project.config
    url = require_local(config, project, confirmed_database, interactive=interactive)
    if confirmed_database != url.name:
        subject = f"Rebuilding {url.name}"
        require_consent(subject, _find_losses(project, url), (), interactive=interactive)
    REPLACERS[url.backend](config, url)
    with connect(url, read_only=True) as connection:
        stands = position.read_position(config, project.context(connection))
    return RebuildResult(url.name, stands)


def _find_losses(project: Environment, url: DatabaseURL) -> list[Loss]:
    """Return what the database holds; nothing if there is no such database yet."""
    try:
        with connect(url, read_only=True) as connection:
            losses = database_losses(connection)
        return [each for each in losses if each.name != project.version_table]
    except DatabaseUnavailable:
        return []


def _fill(config: Config, url: DatabaseURL) -> None:
    """Migrate an empty database to head, and store the seed's rows."""
    scratch.upgrade(url, config, "heads")
    file = config.migrations_folder / SEED
    if file.is_file():
        with connect(url) as connection:
            _seed(file, connection)
            connection.commit()


def _seed(file: Path, connection: Connection) -> None:
    spec = importlib.util.spec_from_file_location("seed", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        module.seed(connection)
    except Exception as error:
        line = application_line(error) or file
        raise UsageError(
            f"The seed failed: {describe_exception(error)} ({line}).",
            detail="The old database was left as it is.",
            hint=f"Correct seed(connection) in {file}.",
        ) from error


def _replace_postgresql(config: Config, url: DatabaseURL) -> None:
    unfinished = url.with_name(f"{url.name[:50]}_rebuild")
    new, old = _quoted(unfinished), _quoted(url)
    with connect(url.with_name("postgres")) as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(text(f"DROP DATABASE IF EXISTS {new} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {new}"))
        try:
            _fill(config, unfinished)
        except BaseException:
            connection.execute(text(f"DROP DATABASE {new} WITH (FORCE)"))
            raise
        connection.execute(text(f"DROP DATABASE IF EXISTS {old} WITH (FORCE)"))
        connection.execute(text(f"ALTER DATABASE {new} RENAME TO {old}"))


def _replace_mysql(config: Config, url: DatabaseURL) -> None:
    # MySQL cannot rename a database: what can fail is tried on a scratch database first.
    with scratch.database(config) as trial:
        _fill(config, trial)
    with connect(url.with_name("")) as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {_quoted(url)}"))
        connection.execute(text(f"CREATE DATABASE {_quoted(url)}"))
    _fill(config, url)


def _replace_sqlite(config: Config, url: DatabaseURL) -> None:
    file = Path(url.url.database or "")
    unfinished = file.with_name(f"{file.name}.rebuild")
    unfinished.unlink(missing_ok=True)
    try:
        _fill(config, url.with_name(str(unfinished)))
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    for suffix in ("-wal", "-shm", "-journal"):
        file.with_name(f"{file.name}{suffix}").unlink(missing_ok=True)
    unfinished.replace(file)


def _quoted(url: DatabaseURL) -> str:
    return url.url.get_dialect()().identifier_preparer.quote(url.name)


REPLACERS: dict[Backend, Callable[[Config, DatabaseURL], None]] = {
    "postgresql": _replace_postgresql,
    "mysql": _replace_mysql,
    "sqlite": _replace_sqlite,
}
