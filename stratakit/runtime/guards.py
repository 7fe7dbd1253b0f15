"""Refusals before a new revision is written."""

from collections.abc import Sequence
from shlex import quote
from typing import Any

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError

SAYS_NOTHING = {
    "change", "changes", "fix", "fixes", "migration", "misc", "new", "schema", "stuff", "test",
    "tmp", "update", "updates", "wip",
}  # fmt: skip


def refuse_without_template(config: Config) -> None:
    """Raise a StrataError if the template of new revisions is missing."""
    template = config.migrations_folder / "script.py.mako"
    if not template.is_file():
        raise StrataError(
            f"{template} is missing.",
            detail="A new revision is written from it.",
            hint=f"Restore it: git -C {quote(str(template.parent))} checkout -- {template.name}",
        )


def refuse_creation(
    config: Config, arguments: dict[str, Any], heads: Sequence[str], applied: Sequence[str]
) -> None:
    """Raise a StrataError if a revision must not be created now, or not with this message.

    Args:
        config: the service's.
        arguments: of Alembic's `revision` command; without a message it only compares.
        heads: the newest revisions.
        applied: the revisions at which the database stands.
    """
    message = arguments["message"]
    if message is not None:
        refuse_without_template(config)
    if message is not None and config.in_production:
        raise StrataError(
            "Revisions are not created in production.",
            detail="The revision would be written without a review and lost with the container.",
            hint=f'Create it in development: {MIGRATE} create "..."',
        )
    if message is not None and set(message.lower().split()) <= SAYS_NOTHING:
        raise StrataError(
            f"The message {message!r} does not say what the revision does.",
            detail="The name of the file and the line in the history are made of it.",
            hint=f'Describe the change: {MIGRATE} create "add user phone number"',
        )
    if arguments["autogenerate"] and set(applied) != set(heads):
        raise StrataError(
            f"The database is at {', '.join(applied) or 'no revision'}, and the newest is "
            f"{', '.join(heads)}.",
            detail="Autogenerate would include the pending changes again.",
            hint=f"Apply them first: {MIGRATE} upgrade",
        )
