"""The question before data is lost, and the refusal where nobody can be asked."""

import sys
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from alembic.script import Script

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.revisions.losses import Loss
from stratakit.revisions.source import drops


class ConsentError(StrataError):
    """The refusal of what would lose data, to which nobody has consented."""


def require_consent(
    subject: str, losses: Sequence[Loss], consent: Collection[str], *, interactive: bool
) -> None:
    """Ask before data is lost.

    Args:
        subject: what would lose it, such as "Undoing 003".
        losses: what would be lost.
        consent: the names of losses that were given beforehand.
        interactive: whether a person at a terminal may be asked.

    Raises:
        ConsentError: somebody said no, or there is no terminal to ask at.
    """
    missing = [loss for loss in losses if loss.name not in consent]
    if not missing:
        return
    listed = "\n".join(f"  {loss.description}" for loss in missing)
    text = f"{subject} would lose:\n{listed}"
    if can_ask(interactive=interactive):
        if ask(f"{text}\nContinue? [y/N] ").lower() in ("y", "yes"):
            return
        raise ConsentError(f"{subject} was not confirmed.", detail="Nothing was changed.")
    raise refusal(text)


def require_database_name(
    text: str, database: str, given: str | None, *, interactive: bool
) -> bool:
    """Ask for the name of the database that loses something.

    Args:
        text: what would be lost.
        database: the name that has to be typed.
        given: the name given beforehand (`--yes NAME`, or `alembic -x yes=NAME`).
        interactive: whether a person at a terminal may be asked.

    Returns:
        Whether a person has read the text and typed the name.

    Raises:
        ConsentError: it was not given, not typed right, or there is no terminal to ask at.
    """
    if given == database:
        return False
    if given is not None:
        raise ConsentError(
            f"{text}\n{given!r} is not the name of the database.", detail="Nothing was changed."
        )
    if not can_ask(interactive=interactive):
        raise refusal(text)
    if ask(f"{text}\nType the database's name ({database}) to continue: ") != database:
        raise ConsentError("That is not the name of the database.", detail="Nothing was changed.")
    return True


def refusal(text: str) -> ConsentError:
    """Return the refusal where nobody can be asked.

    It does not name the option that gives the consent: a program that reads it would take that for
    the remedy. The help of the verb names it, for a person who writes a script.
    """
    return ConsentError(
        text,
        detail="Nothing was changed. A person has to confirm this at a terminal.",
        hint=f"Back up the database: {MIGRATE} backup\nThen run this command at a terminal.",
    )


def can_ask(*, interactive: bool) -> bool:
    """Return whether a person can be asked."""
    return interactive and sys.stdin.isatty()


def ask(question: str) -> str:
    """Ask a person, on stderr, and return the line that was typed."""
    print(question, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def production_losses(steps: Sequence[Any]) -> list[str]:
    """Describe what steps drop or undo, a line each."""
    lines: list[str] = []
    for step in steps:
        revision: Script = step.revision
        if step.is_downgrade:
            lines.append(f"  {revision.revision} {revision.doc}: undone")
        else:
            lines += [
                f"  {revision.revision} {revision.doc}: {drop} in line {line}"
                for line, drop in drops(Path(revision.path), "upgrade")
            ]
    return lines
