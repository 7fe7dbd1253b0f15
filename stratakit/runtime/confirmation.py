"""Confirmation of commands that may lose data in production."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from stratakit.diagnostics.errors import StrataError
from stratakit.revisions.source import drops


def confirm_loss(
    steps: Sequence[Any], database: str, given: str | None, *, interactive: bool
) -> None:
    """Ask for the database's name before revisions that take something away.

    Args:
        steps: Alembic's steps, about to run.
        database: the name that has to be typed.
        given: the name given beforehand (`--yes NAME`, or `alembic -x yes=NAME`).
        interactive: whether a person may be asked.

    Raises:
        StrataError: it was not given, not typed right, or there is no terminal to ask at.
    """
    losses = [loss for step in steps for loss in _losses(step)]
    if not losses or given == database:
        return
    listed = "\n".join(f"  {loss}" for loss in losses)
    if given is None and interactive and sys.stdin.isatty():
        print(f"This is production, and data would be lost:\n{listed}")
        given = input(f"Type the database's name ({database}) to go on: ")
        if given == database:
            return
    raise StrataError(
        f"This is production, and data would be lost:\n{listed}",
        detail="What is dropped comes back from a backup only.",
        hint=f"If that is meant, name the database: --yes {database} "
        f"(plain Alembic: alembic -x yes={database} ...)",
    )


def _losses(step: Any) -> Iterator[str]:
    if step.is_downgrade:
        yield f"{step.revision.revision} {step.revision.doc}: undone"
    else:
        for line, drop in drops(Path(step.revision.path), "upgrade"):
            yield f"{step.revision.revision} {step.revision.doc}: {drop} in line {line}"
