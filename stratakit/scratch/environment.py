"""The configuration in a project's env.py, captured by running it on a scratch database."""

from contextlib import ExitStack
from dataclasses import replace

from sqlalchemy import MetaData

from stratakit import scratch
from stratakit.config import Backend, Config
from stratakit.engine.url import DatabaseURL
from stratakit.runtime import environment
from stratakit.runtime.environment import Environment

__all__ = ["Environment", "capture", "current_url", "metadata"]


def capture(config: Config) -> Environment:
    """Run env.py on an empty scratch database, and return what it says.

    Raises:
        StrataError: env.py cannot be run, or connects to another database by itself.
        DatabaseUnavailable: no scratch database can be created.
    """
    with ExitStack() as resources:

        def target(backend: Backend) -> DatabaseURL:
            of_backend = replace(config, database=backend)
            return resources.enter_context(scratch.database(of_backend))

        with scratch.ONE_MIGRATION_AT_A_TIME:
            return environment.capture(config, target)


def metadata(config: Config) -> MetaData:
    """Return the tables of the models."""
    return capture(config).metadata


def current_url(config: Config) -> DatabaseURL:
    """Return the URL of the database that env.py connects to."""
    return environment.database_url(config)
