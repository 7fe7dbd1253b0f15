"""Scratch databases, which are dropped after use: never the one that the settings name.

They are created on the project's local server, or on the one that TEST_DATABASE_URL names. The next
process drops the databases of one that was killed.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from alembic.script import ScriptDirectory

from stratakit.config import Backend, Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.url import DatabaseURL, parse
from stratakit.revisions import history
from stratakit.revisions.alembic_config import alembic_config
from stratakit.revisions.run_options import AfterStep, RunOptions
from stratakit.runtime.change import ChangeRun
from stratakit.runtime.run import Steps, run_environment
from stratakit.runtime.steps import upgrade_steps
from stratakit.scratch import extensions
from stratakit.scratch.base import ScratchDatabases
from stratakit.scratch.mysql import MySQLDatabases
from stratakit.scratch.postgresql import PostgreSQLDatabases
from stratakit.scratch.sqlite import SQLiteDatabases

ONE_MIGRATION_AT_A_TIME = threading.RLock()


@contextmanager
def database(config: Config) -> Iterator[DatabaseURL]:
    """Create an empty database, which is dropped afterwards.

    Raises:
        StrataError: there is no server for it.
    """
    with _databases(config).create() as url:
        yield url


@contextmanager
def migrated_database(config: Config, target: str = "head") -> Iterator[DatabaseURL]:
    """Create a database at a revision, which is dropped afterwards.

    Raises:
        StrataError: there is no server for it, or a revision follows one that has no file.
        alembic.util.CommandError: a revision fails, or cannot be run.
    """
    with database(config) as url:
        upgrade(url, config, target)
        yield url


@contextmanager
def cached_database(config: Config, key: str, base: str = "") -> Iterator[DatabaseURL]:
    """Create a database at head, unless it exists. It stays for the next time: only read it.

    Args:
        config: the project's.
        key: a hash of all that determines its schema; with another key it is created again.
        base: the key of one to which only new revisions have been added; if that exists, only they
            are run.

    Raises:
        StrataError: there is no server for it, or a revision follows one that has no file.
        alembic.util.CommandError: a revision fails, or cannot be run.
    """
    migrate = partial(upgrade, config=config, target="heads")
    with _databases(config).cache(key, migrate, base) as url:
        yield url


def upgrade(
    url: DatabaseURL,
    config: Config,
    target: str = "head",
    after_step: AfterStep | None = None,
) -> None:
    """Run env.py on a scratch database, and upgrade that to a revision.

    Args:
        url: the scratch database, whatever env.py names.
        config: the project's.
        target: an id, `head` or `heads`.
        after_step: called in the transaction of each revision, once it has run.

    Raises:
        StrataError: env.py or a revision cannot be run, or a revision follows one without a file.
        alembic.util.CommandError: there is no such revision.
    """
    try:
        try:
            run_steps(url, config, upgrade_steps(target), after_step=after_step)
        except StrataError as error:
            with ONE_MIGRATION_AT_A_TIME:
                if not extensions.create_missing(url, config, error.message):
                    raise
            run_steps(url, config, upgrade_steps(target), after_step=after_step)
    except KeyError:
        # Alembic looks up the parent of a revision without checking whether it exists.
        history.refuse_gap(config.versions, config.revision_files)
        raise


def run_steps(
    url: DatabaseURL,
    config: Config,
    steps: Steps,
    script: ScriptDirectory | None = None,
    after_step: AfterStep | None = None,
) -> None:
    """Run env.py on a scratch database, and steps there.

    Threads take turns, because `alembic.context` and `alembic.op` exist once a process.

    Args:
        url: the scratch database, whatever env.py names.
        config: the project's.
        steps: the function from which Alembic gets the steps.
        script: the revisions, if they were read before.
        after_step: called in the transaction of each revision, once it has run.
    """
    run = ChangeRun(config, RunOptions(is_scratch=True, after_step=after_step))
    alembic = alembic_config(config)
    with ONE_MIGRATION_AT_A_TIME:
        run_environment(alembic, run, steps, target=lambda _backend: url, script=script)


DATABASES: dict[Backend, type[ScratchDatabases]] = {
    "postgresql": PostgreSQLDatabases,
    "mysql": MySQLDatabases,
    "sqlite": SQLiteDatabases,
}


def _databases(config: Config) -> ScratchDatabases:
    text = os.environ.get("TEST_DATABASE_URL")
    server = parse(text, config) if text else None
    if server and server.backend != config.database:
        # It is of another project, or of another database of this one.
        server = None
    return DATABASES[config.database](config, server)
