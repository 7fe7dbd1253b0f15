"""Brings the files beside the revisions up to date: their hashes and the schema at head."""

from sqlalchemy import MetaData
from sqlalchemy.exc import DBAPIError

from stratakit import catalog
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.drift import snapshot
from stratakit.engine.connect import connect
from stratakit.revisions import alembic_config, guards, history, manifest
from stratakit.scratch import head


def write_record(config: Config, metadata: MetaData) -> str:
    """Replay the migrations on a scratch database and write both files.

    Args:
        config: the project's.
        metadata: the tables of the models.

    Returns:
        What changes in them, as a diff.

    Raises:
        StrataError: there are several heads, or no scratch database can be had.
    """
    guards.require_one_head(alembic_config.scripts(config))
    with head.head_database(config, metadata) as url, connect(url, read_only=True) as connection:
        schema = catalog.read(connection)
    return snapshot.write(config, history.read(config.versions), schema)


def record_new_revision(config: Config, metadata: MetaData) -> str:
    """Do so, as far as it can be done: the revision is there already.

    Returns:
        What was not done, and why; empty where all was.
    """
    try:
        write_record(config, metadata)
    except (StrataError, DBAPIError) as error:
        what = error.message if isinstance(error, StrataError) else str(error.orig).strip()
        return (
            f"{manifest.snapshot_path(config).relative_to(config.root)} was not written: {what}\n"
            f"Once the revision runs: {MIGRATE} record"
        )
    return ""
