"""The position of a database among the revisions."""

from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.engine.identity import location
from stratakit.revisions import history, log
from stratakit.revisions.alembic_config import scripts


@dataclass(frozen=True)
class Position:
    """The position of a database in the history.

    Args:
        heads: the ids of its revisions: none before the first, two after a branch.
        descriptions: each with its message, or `(no file)`.
        is_head: whether nothing is pending.
        location: the database and the schema, which no other tenant has.
    """

    heads: tuple[str, ...]
    descriptions: tuple[str, ...]
    is_head: bool
    location: str = ""

    def __str__(self) -> str:
        if not self.heads:
            return "The database is before the first revision."
        suffix = " (head)" if self.is_head else ""
        return f"The database is at {', '.join(self.descriptions)}{suffix}."


def connection_of(context: MigrationContext) -> Connection:
    """Return the connection of a context, which only one that writes SQL lacks."""
    assert context.connection is not None
    return context.connection


def revision_of(context: MigrationContext) -> str | None:
    """Return the revision of a database as a target: `heads` for several, None before the first."""
    heads = context.get_current_heads()
    return "heads" if len(heads) > 1 else next(iter(heads), None)


def describe_ahead(config: Config, context: MigrationContext) -> str:
    """Tell that newer code has migrated a database: then this code has nothing to apply.

    The previous release has to start again in a rollback.

    Returns:
        The words; empty if the database is not ahead.
    """
    heads = context.get_current_heads()
    revisions = history.read(config.revision_files) if heads else history.RevisionHistory()
    if not heads or all(head in revisions for head in heads):
        return ""
    entries = log.read_entries(connection_of(context), context.version_table_schema)
    if not revisions or not all(log.reaches(entries, heads, head) for head in revisions.heads):
        return ""
    hints = history.restore_hints(config.versions, revisions, heads)
    ahead = (
        f"The database is ahead of this code: it is at {', '.join(heads)}, and the newest "
        f"revision here is {', '.join(revisions.heads)}. Nothing to apply."
    )
    if hints and not config.in_production:
        hints.insert(0, f"In the local development database, undo it: {MIGRATE} switch")
    return "\n".join([ahead, *hints])


def describe_revision(revision: Script) -> str:
    """One revision in one line."""
    return f"{revision.revision}  {revision.doc}"


def read_position(config: Config, context: MigrationContext) -> Position:
    """Read the position of a database in the history."""
    # A run of env.py has read them already.
    directory = context.script or scripts(config)
    heads = context.get_current_heads()
    return Position(
        heads=heads,
        descriptions=tuple(_describe_head(directory, head) for head in heads),
        is_head=bool(heads) and set(heads) == set(directory.get_heads()),
        location=location(connection_of(context), context.version_table_schema),
    )


def _describe_head(directory: ScriptDirectory, head: str) -> str:
    try:
        found = directory.get_revision(head)
    except CommandError:
        found = None
    # Alembic takes the beginning of an id for the id.
    if found is None or found.revision != head:
        return f"{head} (no file)"
    return describe_revision(found)
