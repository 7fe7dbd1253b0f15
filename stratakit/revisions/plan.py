"""What a command would do to a database, told before it is done."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.revisions import history
from stratakit.revisions.alembic_config import scripts
from stratakit.revisions.guards import refuse_unknown_revision, require_one_head
from stratakit.revisions.position import current_heads


def upgrades(config: Config, connection: Connection, target: str) -> list[Script]:
    """The revisions that an upgrade would apply, in order.

    Args:
        target: a revision id, `head`, `heads` or a step such as `+1`.

    Raises:
        StrataError: `head` while there are several.
        alembic.util.CommandError: the target is no revision.
    """
    directory = scripts(config)
    heads = current_heads(connection)
    refuse_unknown_revision(config, heads)
    if target == "head":
        require_one_head(directory)
    with _explaining_target(target):
        ahead = directory.iterate_revisions(target, heads, implicit_base=True)
        return list(ahead)[::-1]


def deferred_contracts(config: Config, pending: Sequence[Script]) -> list[Script]:
    """Those of the pending revisions that only take away, and that no other one follows."""
    chain = history.read(config.versions)
    needed = chain.history(chain.before_contract)
    return [revision for revision in pending if revision.revision not in needed]


def downgrades(config: Config, connection: Connection, target: str) -> list[Script]:
    """The revisions that a downgrade would undo, in order.

    Args:
        target: a revision id, `base` or a step such as `-1`.
    """
    heads = current_heads(connection)
    refuse_unknown_revision(config, heads)
    if not heads:
        return []
    if len(heads) > 1 and target.startswith("-"):
        raise UsageError(
            f"The database is at {' and '.join(sorted(heads))}: {target} from which of them?",
            detail="Alembic would choose one of them.",
            hint=f"Join them first: {MIGRATE} merge\n"
            f"Or name the revision to go down to, one of: {MIGRATE} history",
        )
    directory = scripts(config)
    merged = _merged(directory, heads) if target.startswith("-") else []
    with _explaining_target(target, merged):
        return list(directory.iterate_revisions(heads, target, select_for_downgrade=True))


def _merged(directory: ScriptDirectory, heads: Sequence[str]) -> list[str]:
    """The revisions that a merge at which a database stands has joined."""
    at = [revision for revision in directory.get_revisions(heads) if revision is not None]
    return [parent for merge in at if merge.is_merge_point for parent in merge.down_revision or ()]


@contextmanager
def _explaining_target(target: str, merged: Sequence[str] = ()) -> Iterator[None]:
    """Say what to write instead of a target that is none; behind a merge, what it has joined."""
    try:
        yield
    except RevisionError as error:
        ways = [f"Undo the merge: {MIGRATE} downgrade {each}" for each in merged]
        raise UsageError(
            f"{target} is not where this can go: {error}.",
            detail=f"Behind the merge are {' and '.join(merged)}." if merged else "",
            hint="\n".join(ways) or f"See what there is: {MIGRATE} history",
        ) from error
