"""Join heads with a revision that follows all of them."""

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

from alembic import command as alembic_command

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.drift import record
from stratakit.revisions import alembic_config, environment
from stratakit.runtime import guards


@dataclass(frozen=True)
class MergeResult:
    """What a merge wrote.

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
        StrataError: a revision is unknown, or the file cannot be written.
    """
    joined = list(revisions) or alembic_config.scripts(config).get_heads()
    if len(joined) < 2:
        return MergeResult(None)
    guards.refuse_without_template(config)
    metadata = environment.metadata(config)
    # Alembic shows its progress with each write hook, even when it is quiet.
    with redirect_stdout(sys.stderr):
        script = alembic_command.merge(
            alembic_config.alembic_config(config, quiet=True), joined, message=message
        )
    if script is None:
        return MergeResult(None)
    return MergeResult(Path(script.path), record.record_new_revision(config, metadata))
