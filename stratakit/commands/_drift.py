"""Find changes that somebody made to a database manually."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from alembic.runtime.migration import MigrationContext

from stratakit import catalog
from stratakit.adopt import match
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.finding import Finding
from stratakit.drift import database
from stratakit.revisions import guards, position
from stratakit.revisions.position import Position
from stratakit.runtime.environment import Environment, read_database
from stratakit.scratch import environment

AT_HEAD = (
    "No revision made this change: later revisions may fail here, and a new database does not "
    "get it.",
    "Undo it, and write a revision if the change is intended:",
)
BEHIND = (
    "Somebody made this change manually, or a pending revision failed after it and left it: the "
    "next upgrade may fail here.",
    "Undo it before the next upgrade:",
)
"""The reason and the fix of a difference: only a database with pending revisions has a failed one.
"""
SECONDS = 30
"""The time that one statement may take on the database."""


@dataclass(frozen=True)
class DriftResult:
    """The differences between a database and its revision.

    Args:
        findings: what differs; none if it is what the revision makes.
        position: its position; None for a database without a revision.
        accepted: the differences that the project has accepted, in words.
    """

    findings: Sequence[Finding]
    position: Position | None = None
    accepted: Sequence[str] = ()


@command
def drift(config: Config) -> DriftResult:
    """Compare the database with what its revision makes on a scratch database.

    It is read in a transaction that cannot write. One that has tables and no revision is to be
    adopted: nothing in it was changed manually.

    Raises:
        StrataError: there is no revision, or the database is at one that no file has.
        DatabaseUnavailable: it or a scratch database cannot be had.
    """
    return read_database(config, partial(_compare, environment.capture(config)))


def _compare(project: Environment, context: MigrationContext) -> DriftResult:
    config, connection = project.config, position.connection_of(context)
    # It stays read-only, and so is closed instead of going back to a pool of the application.
    connection.detach()
    catalog.read_only(connection, SECONDS)
    if unadopted := match.adoption_findings(context, project):
        return DriftResult(unadopted)
    heads = context.get_current_heads()
    guards.require_revisions(config)
    guards.refuse_invalid_position(config, heads)
    differences = database.compare_database(context, project, position.revision_of(context))
    stands = position.read_position(config, context)
    reason, fix = AT_HEAD if stands.is_head else BEHIND
    detail = f"{reason}\n{differences.versions}".strip()
    hint = f"{fix}\n{differences.sql}"
    return DriftResult(
        [
            Finding("drift", f"{each}.", detail, hint, details={"difference": str(each)})
            for each in differences.differences
        ],
        stands,
        sorted(differences.accepted),
    )
