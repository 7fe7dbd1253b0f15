"""The names that migrations/env.py imports; importing them registers stratakit with Alembic."""

from typing import Any

from alembic.util import CommandError
from sqlalchemy import MetaData

from stratakit import operations as operations
from stratakit.diagnostics.errors import StrataError
from stratakit.orm import discovery
from stratakit.revisions import write_hook as write_hook
from stratakit.runtime.environment import run_migrations

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
            lies where it would not be found. Its cause is a `StrataError`; Alembic prints it
            without a traceback.
    """
    try:
        return discovery.discover_models(*packages, base=base)
    except StrataError as error:
        raise CommandError(str(error)) from error
