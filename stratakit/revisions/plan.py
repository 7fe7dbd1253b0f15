"""The revisions that a command would apply or undo."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import MultipleHeads, RevisionError

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.revisions import history
from stratakit.revisions.alembic_config import scripts
from stratakit.revisions.guards import refuse_invalid_position, require_one_head

AMBIGUOUS = "the database is at none of that branch's revisions, or at several"
"""The meaning of an assertion of Alembic that fails for a step such as `BRANCH@-1`."""


def upgrades(config: Config, context: MigrationContext, target: str) -> list[Script]:
    """Return the revisions that an upgrade would apply, in order.

    Args:
        config: the project's configuration.
        context: the context of the database.
        target: a revision id, `head`, `heads` or a step such as `+1`.

    Raises:
        StrataError: the target is `head` and there are several, or the database is at a revision
            without a file.
        alembic.util.CommandError: the target is no revision.
    """
    directory = context.script or scripts(config)
    heads = context.get_current_heads()
    refuse_invalid_position(config, heads)
    if target == "head":
        require_one_head(directory)
    if target in ("head", "heads") and {*heads} == {*directory.get_heads()}:
        return []
    with _explain_invalid_target(target):
        pending = directory.iterate_revisions(target, heads, implicit_base=True)
        return list(pending)[::-1]


def deferred_contracts(config: Config, pending: Sequence[Script]) -> list[Script]:
    """Return the pending revisions whose phase is `contract`, and that no other one follows."""
    revisions = history.read(config.revision_files)
    required = revisions.ancestors(revisions.before_contract)
    return [revision for revision in pending if revision.revision not in required]


def downgrades(config: Config, context: MigrationContext, target: str) -> list[Script]:
    """Return the revisions that a downgrade would undo, in order.

    Args:
        config: the project's configuration.
        context: the context of the database.
        target: a revision id, `base` or a step such as `-1`.

    Raises:
        StrataError: the target is no revision, or is not unique.
    """
    heads = context.get_current_heads()
    refuse_invalid_position(config, heads)
    if not heads:
        return []
    if len(heads) > 1 and target.startswith("-"):
        raise UsageError(
            f"The database is at {' and '.join(sorted(heads))}, so {target} is ambiguous.",
            detail="Alembic would choose one of them.",
            hint=f"Merge them first: {MIGRATE} merge\n"
            f"Or name the revision to downgrade to. List them: {MIGRATE} history",
        )
    directory = context.script or scripts(config)
    merge_parents = _merge_parents(directory, heads) if target.startswith("-") else []
    with _explain_invalid_target(target, merge_parents):
        return list(directory.iterate_revisions(heads, target, select_for_downgrade=True))


def _merge_parents(directory: ScriptDirectory, heads: Sequence[str]) -> list[str]:
    """Return the parents of the merge revisions at which a database is."""
    merges = (each for each in directory.get_revisions(heads) if each and each.is_merge_point)
    return [parent for merge in merges for parent in merge.down_revision or ()]


@contextmanager
def _explain_invalid_target(target: str, merge_parents: Sequence[str] = ()) -> Iterator[None]:
    """Explain a target that does not exist; after a merge, name the revisions that it merged."""
    try:
        yield
    except MultipleHeads as error:
        heads = ", ".join(sorted(error.heads))
        raise UsageError(
            f"{target} is not a valid target: there are several heads, {heads}.",
            hint=f"Apply all of them: {MIGRATE} upgrade heads\n"
            f"Or one branch: {MIGRATE} upgrade BRANCH@head",
        ) from error
    except (RevisionError, AssertionError) as error:
        commands = [f"Undo the merge: {MIGRATE} downgrade {each}" for each in merge_parents]
        raise UsageError(
            f"{target} is not a valid target: {str(error) or AMBIGUOUS}.",
            detail=f"The merge follows {' and '.join(merge_parents)}." if merge_parents else "",
            hint="\n".join(commands) or f"See the revisions: {MIGRATE} history",
        ) from error
