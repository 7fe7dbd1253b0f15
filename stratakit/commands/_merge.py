"""Join heads with a revision that follows all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic.util import rev_id

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.drift import record
from stratakit.revisions import alembic_config
from stratakit.revisions.guards import require_revisions
from stratakit.runtime import guards
from stratakit.scratch import environment
from stratakit.scratch.revision import silent_hooks


@dataclass(frozen=True)
class MergeResult:
    """The result of a merge.

    Args:
        path: the new revision; None if there was one head.
        unrecorded: why the snapshot was not written; else empty.
    """

    path: Path | None
    unrecorded: str = ""


@command
def merge(
    config: Config, revisions: Sequence[str] = (), *, message: str = "merge heads"
) -> MergeResult:
    """Write a revision that follows several heads, if there are several.

    Args:
        config: the project's.
        revisions: the heads to join; by default all.
        message: its message.

    Raises:
        StrataError: there is no revision, one is unknown, or the file cannot be written.
    """
    require_revisions(config)
    alembic = alembic_config.alembic_config(config, quiet=True)
    directory = alembic_config.scripts(alembic)
    joined = list(revisions) or directory.get_heads()
    if len(joined) < 2:
        return MergeResult(None)
    guards.refuse_without_template(config)
    project = environment.capture(config)
    with silent_hooks():
        script = directory.generate_revision(
            rev_id(), message, refresh=True, head=joined, config=alembic
        )
    if script is None:
        return MergeResult(None)
    unrecorded = record.record_new_revision(project)
    return MergeResult(Path(script.path), unrecorded)
