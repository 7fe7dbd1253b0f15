"""Refusal of a stamp that the schema does not match."""

from contextlib import suppress

from alembic.runtime.migration import MigrationContext

from stratakit.catalog import list_allowed
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.drift.database import Differences, compare_database
from stratakit.revisions import history
from stratakit.runtime.environment import Environment


def refuse_difference(
    context: MigrationContext, project: Environment, revision: str | None
) -> None:
    """Raise a StrataError if a database differs from the schema at a revision.

    Args:
        context: of the database.
        project: what env.py says.
        revision: a revision id; None for the state before the first one.
    """
    differences = compare_database(context, project, revision, ignore_primary_key_names=True)
    if differences:
        name = revision or "base"
        raise StrataError(
            f"The database does not match {name}. The differences:\n{differences}",
            detail="After a wrong stamp, later revisions fail or skip changes.",
            hint=_nearest_command(context, project, name)
            or _remedies(context, project, name, differences),
        )


def _nearest_command(context: MigrationContext, project: Environment, name: str) -> str:
    """Return the command that fits a database that is not at the revision; empty without one."""
    with suppress(StrataError):
        # Another revision may fail, which says nothing about this one.
        return _find_command(context, project, name)
    return ""


def _find_command(context: MigrationContext, project: Environment, name: str) -> str:
    revisions = history.read(project.config.revision_files)
    current = next(iter(context.get_current_heads()), None)
    is_known = current is None or current in revisions
    if (
        is_known
        and current != name
        and not compare_database(context, project, current, ignore_primary_key_names=True)
    ):
        if current is None or current in revisions.ancestors([name]):
            return f"Apply the missing revisions: {MIGRATE} upgrade {name}"
        return f"Undo the later revisions: {MIGRATE} downgrade {name}"
    for head in revisions.heads if len(revisions.heads) == 1 else ():
        if head not in (name, current) and not compare_database(
            context, project, head, ignore_primary_key_names=True
        ):
            return f"It matches {head}: {MIGRATE} stamp {head}"
    return ""


def _remedies(
    context: MigrationContext, project: Environment, name: str, differences: Differences
) -> str:
    lines = [f"Change it manually:\n{differences.sql}"]
    heads = history.read(project.config.revision_files).heads
    if not context.get_current_heads() and name in heads:
        lines.append(f"or by a revision: {MIGRATE} adopt --repair")
    allowed = list_allowed(differences.differences)
    lines.append(f"or allow the intended differences in strata.toml: {allowed}")
    return "\n".join(lines)
