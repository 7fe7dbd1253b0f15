"""Every revision, and which of them are applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from alembic.runtime.migration import MigrationContext
from alembic.script import Script
from alembic.util import to_tuple

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.revisions import alembic_config, guards, plan
from stratakit.runtime.environment import read_databases


@dataclass(frozen=True)
class HistoryEntry:
    """One revision.

    Args:
        script: Alembic's, with its id, message and file.
        parents: the ids of the revisions that it follows.
        is_head: whether none follows it.
        is_applied: whether the database has it; None if that is not known.
    """

    script: Script
    parents: Sequence[str]
    is_head: bool
    is_applied: bool | None


@dataclass(frozen=True)
class HistoryResult:
    """The revisions.

    Args:
        entries: the newest first.
        unknown: why it is not known which are applied; else empty.
    """

    entries: Sequence[HistoryEntry]
    unknown: str = ""


@command
def history(config: Config) -> HistoryResult:
    """Return every revision, the newest first, and whether the database has it.

    Raises:
        StrataError: there is no revision, or one cannot be read.
    """
    directory = alembic_config.scripts(config)
    guards.require_revisions(config)
    unknown, pending = "", set[str]()
    try:
        pending = set().union(*read_databases(config, partial(_pending, config)))
    except StrataError as error:
        unknown = error.message
    heads = directory.get_heads()
    return HistoryResult(
        [
            HistoryEntry(
                script=script,
                parents=to_tuple(script.down_revision, default=()),
                is_head=script.revision in heads,
                is_applied=None if unknown else script.revision not in pending,
            )
            for script in directory.walk_revisions()
        ],
        unknown,
    )


def _pending(config: Config, context: MigrationContext) -> set[str]:
    return {each.revision for each in plan.upgrades(config, context, "heads")}
