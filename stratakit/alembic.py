"""The names that migrations/env.py imports; importing them registers stratakit with Alembic."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import MetaData

from stratakit import operations as operations
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.drift.guards import refuse_difference
from stratakit.drift.reconcile import reconciliation
from stratakit.engine.url import DatabaseURL
from stratakit.orm import discovery
from stratakit.revisions import write_hook as write_hook
from stratakit.revisions.run_options import Reconcile, RunOptions
from stratakit.runtime import migrations
from stratakit.runtime.environment import Environment
from stratakit.scratch.head import head_database

__all__ = ["discover_models", "run_migrations"]


def discover_models(*packages: str, base: Any) -> MetaData:
    """Import every model of some packages and return the tables that they declare.

    Models are found in each `models.py` and in each module of a `models` package.

    Args:
        packages: names of packages, such as `app`.
        base: the declarative base of the models, or a list of several.

    Returns:
        The metadata of the base; of several, one with the tables of all.

    Raises:
        alembic.util.CommandError: a package or a module of models cannot be imported, or a model
            is in a module in which it is not found. Its cause is a `StrataError`; Alembic prints it
            without a traceback.
    """
    try:
        return discovery.discover_models(*packages, base=base)
    except StrataError as error:
        raise CommandError(str(error)) from error


def run_migrations(*, target_metadata: MetaData | Sequence[MetaData], url: object = None) -> None:
    """Run what Alembic's command asks for, guarded: the last line of `migrations/env.py`.

    The command decides what that is: an upgrade, a downgrade, a stamp, a comparison or SQL. A
    connection in `config.attributes["connection"]` or a `sqlalchemy.url` that a caller set on
    Alembic's Config goes before `url`, and `url` before the one that alembic.ini may have.

    Args:
        target_metadata: the tables of the models, as `discover_models` returns them.
        url: the database as migrations reach it: text, a URL of SQLAlchemy or a pydantic secret.
            None is the variable DATABASE_URL of the environment or of `.env`, else the local
            database that strata.toml names.

    Raises:
        alembic.util.CommandError: the command was refused or failed; its cause is a `StrataError`
            that says why and what to do.
    """
    arguments = migrations.configured_arguments(target_metadata)

    def check_stamp(context: MigrationContext, config: Config, revision: str | None) -> None:
        project = Environment(config, arguments, is_guarded=True)
        refuse_difference(context, project, revision)

    @contextmanager
    def compared(config: Config) -> Iterator[tuple[DatabaseURL, Reconcile]]:
        project = Environment(config, arguments, is_guarded=True)
        reconcile = reconciliation(project)
        with head_database(project) as head:
            yield head, reconcile

    options = RunOptions(interactive=True, check_stamp=check_stamp)
    migrations.run_migrations(
        target_metadata=target_metadata, url=url, options=options, compared=compared
    )
