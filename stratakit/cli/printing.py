"""Results as text, the same in every verb."""

from collections.abc import Sequence
from pathlib import Path

from alembic.script import Script

from stratakit.config import Config
from stratakit.revisions.position import describe_revision


def print_revisions(title: str, revisions: Sequence[Script], none: str = "") -> None:
    """Print revisions below a title, a line each.

    Args:
        title: without a colon.
        revisions: in the order in which they are printed.
        none: what is printed if there are none; by default nothing.
    """
    if revisions:
        print("\n".join([f"{title}:", *(f"  {describe_revision(each)}" for each in revisions)]))
    elif none:
        print(none)


def relative(config: Config, path: Path) -> Path:
    """Return a path from the project's folder on."""
    return path.relative_to(config.root)
