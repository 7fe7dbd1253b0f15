"""Update of the files next to the revisions: their hashes and the schema at head."""

from stratakit import catalog
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.drift import snapshot
from stratakit.engine.connect import connect
from stratakit.engine.errors import driver_error
from stratakit.revisions import alembic_config, guards, history, manifest
from stratakit.runtime.environment import Environment
from stratakit.scratch import head


def write_record(project: Environment, base: str = "") -> str:
    """Migrate a scratch database and write both files.

    Args:
        project: what env.py says.
        base: the fingerprint of a head after which only revisions were added.

    Returns:
        The changes in them, as a diff.

    Raises:
        StrataError: there are several heads, or no server for a scratch database.
    """
    config = project.config
    guards.require_one_head(alembic_config.scripts(config))
    with head.head_database(project, base) as url, connect(url, read_only=True) as connection:
        schema = catalog.read(connection, project.version_table)
    return snapshot.write(config, history.read(config.revision_files), schema)


def record_new_revision(project: Environment, base: str = "") -> str:
    """Write both files after a new revision, which stays if that fails.

    The arguments are those of `write_record`.

    Returns:
        A sentence about the failure and the command for later; empty if both were written.
    """
    try:
        write_record(project, base)
    except Exception as error:
        cause = driver_error(error)
        if cause is None and not isinstance(error, StrataError):
            raise
        config = project.config
        reason = error.message if isinstance(error, StrataError) else str(cause).strip()
        return (
            f"{manifest.snapshot_path(config).relative_to(config.root)} was not written: {reason}\n"
            f"Once the revision runs: {MIGRATE} record"
        )
    return ""
