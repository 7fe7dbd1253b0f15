"""Write the hashes of the revisions and the schema at head again."""

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.drift.record import write_record
from stratakit.revisions.guards import require_revisions
from stratakit.scratch import environment


@command
def record(config: Config) -> str:
    """Replay the revisions on a scratch database, and write their hashes and the schema.

    Returns:
        What changes in both files, as a diff; empty if nothing does.

    Raises:
        StrataError: there is no revision, there are several heads, or a revision cannot be run.
        DatabaseUnavailable: no scratch database can be had.
    """
    require_revisions(config)
    return write_record(environment.capture(config))
