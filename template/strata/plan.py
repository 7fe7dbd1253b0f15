"""What a command would do to a database, told before it is done."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.script.revision import RevisionError
from sqlalchemy import Connection

from strata import git, log, revisions
from strata.config import Config
from strata.errors import Problem


def alembic_config(config: Config, *, quiet: bool = False) -> AlembicConfig:
    """Alembic's configuration of this service, from any working directory."""
    ini = _ini(config)
    pyproject = config.root / "pyproject.toml"
    alembic = AlembicConfig(
        ini if ini.exists() else None, toml_file=pyproject if pyproject.exists() else None
    )
    if config.scope == "migrations":
        # What a project's own alembic.ini says of the names of new files stays in force.
        alembic.set_main_option("script_location", str(config.script_location).replace("%", "%%"))
        alembic.set_main_option("version_locations", str(config.versions).replace("%", "%%"))
        alembic.set_main_option("path_separator", "newline")
        alembic.set_main_option("prepend_sys_path", str(config.root).replace("%", "%%"))
        alembic.set_main_option("revision_environment", "true")
    alembic.cmd_opts = Namespace(quiet=True) if quiet else None
    return alembic


def _ini(config: Config) -> Path:
    """The service's alembic.ini; that of a project may be nearer to its revisions."""
    ini = config.root / "alembic.ini"
    if config.scope == "migrations" and config.versions.is_relative_to(config.root):
        around = (folder / "alembic.ini" for folder in config.versions.parents)
        inside = (each for each in around if each.parent.is_relative_to(config.root))
        return next((each for each in (ini, *inside) if each.exists()), ini)
    return ini


def scripts(config: Config) -> ScriptDirectory:
    """The revisions as Alembic reads them."""
    return ScriptDirectory.from_config(alembic_config(config))


def applied(connection: Connection) -> tuple[str, ...]:
    """The revisions at which a database stands: none before the first, two after a branch."""
    return MigrationContext.configure(connection).get_current_heads()


def upgrades(config: Config, connection: Connection, target: str) -> list[Script]:
    """The revisions that an upgrade would apply, in order.

    Args:
        target: a revision id, `head`, `heads` or a step such as `+1`.

    Raises:
        Problem: `head` while there are several.
        alembic.util.CommandError: the target is no revision.
    """
    directory = scripts(config)
    heads = applied(connection)
    refuse_unknown_revision(config, heads)
    if target == "head":
        require_one_head(directory)
    with _wrong_target(target):
        ahead = directory.iterate_revisions(target, heads, implicit_base=True)
        return list(ahead)[::-1]


def for_later(config: Config, pending: Sequence[Script]) -> list[Script]:
    """Those of the pending revisions that only take away, and that no other one follows."""
    chain = revisions.read(config.versions)
    needed = chain.history(chain.before_contract)
    return [revision for revision in pending if revision.revision not in needed]


def downgrades(config: Config, connection: Connection, target: str) -> list[Script]:
    """The revisions that a downgrade would undo, in order.

    Args:
        target: a revision id, `base` or a step such as `-1`.
    """
    heads = applied(connection)
    refuse_unknown_revision(config, heads)
    if not heads:
        return []
    directory = scripts(config)
    merged = _merged(directory, heads) if target.startswith("-") else []
    with _wrong_target(target, merged):
        return list(directory.iterate_revisions(heads, target, select_for_downgrade=True))


def _merged(directory: ScriptDirectory, heads: Sequence[str]) -> list[str]:
    """The revisions that a merge at which a database stands has joined."""
    at = [revision for revision in directory.get_revisions(heads) if revision is not None]
    return [parent for merge in at if merge.is_merge_point for parent in merge.down_revision or ()]


@contextmanager
def _wrong_target(target: str, merged: Sequence[str] = ()) -> Iterator[None]:
    """Say what to write instead of a target that is none; behind a merge, what it has joined."""
    try:
        yield
    except RevisionError as error:
        ways = [f"Undo the merge: python scripts/migrate.py downgrade {each}" for each in merged]
        raise Problem(
            f"{target} is not where this can go: {error}.",
            why=f"Behind the merge are {' and '.join(merged)}." if merged else "",
            remedy="\n".join(ways) or "See what there is: python scripts/migrate.py history",
            status=2,
        ) from error


def is_upgrade(asked: MigrationContext) -> bool:
    """Whether Alembic was asked for an upgrade."""
    return getattr(asked.opts.get("fn"), "__name__", "") == "upgrade"


def ahead(config: Config, connection: Connection) -> str:
    """Tell that newer code has migrated a database: then this code has nothing to apply.

    Code of before, which is started again in a rollback, has to come up.

    Returns:
        The words, or nothing where the database is not ahead.
    """
    chain = revisions.read(config.versions)
    heads = applied(connection)
    if not heads or all(head in chain for head in heads):
        return ""
    entries = log.entries(connection)
    if not chain or not all(log.reaches(entries, heads, head) for head in chain.heads):
        return ""
    back = [
        f"\nBring the file back: {fetch}"
        for head in heads
        if head not in chain and (fetch := git.file_of_revision(config.versions, head))
    ]
    return (
        f"The database is ahead of this code: it stands at {', '.join(heads)}, and the newest "
        f"revision here is {', '.join(chain.heads)}. Nothing to apply.{''.join(back)}"
    )


def refuse_unknown_revision(config: Config, heads: Sequence[str]) -> None:
    """Raise a Problem where a database stands at a revision that no file has."""
    known = revisions.read(config.versions)
    for head in heads:
        if head in known:
            continue
        fetch = git.file_of_revision(config.versions, head)
        raise Problem(
            f"The database stands at revision {head}, and no file in {config.versions} has it.",
            why="It was migrated from a branch or a release that is not checked out here. Stamping "
            "another revision would hide what it did.",
            remedy=f"Bring the file back: {fetch}"
            if fetch
            else f"Find its file: git fetch --all && git log --all --oneline -- '*{head}*'\n"
            "If it is gone for good, find the revision that the schema is at by comparing: "
            "python scripts/migrate.py adopt",
        )


def irreversible(revision: Script) -> str:
    """Why a revision cannot be undone, as its file says: `irreversible = "reason"`."""
    return str(getattr(revision.module, "irreversible", ""))


def refuse_irreversible(undone: Sequence[Script]) -> None:
    """Raise a Problem where a revision that would be undone says that it cannot be."""
    for revision in undone:
        if reason := irreversible(revision):
            raise Problem(
                f"{line(revision)} cannot be undone: {reason}",
                why="Its file says so: irreversible = ...",
                remedy="Write a revision that leads on from here, or restore a backup: "
                "python scripts/migrate.py restore",
            )


def require_one_head(directory: ScriptDirectory) -> None:
    """Raise a Problem where two revisions both want to be the last."""
    if len(directory.get_heads()) > 1:
        raise several_heads(directory)


def several_heads(directory: ScriptDirectory) -> Problem:
    """Say which heads there are, and how to join them."""
    listed = "\n".join(f"  {line(head)}" for head in directory.get_revisions("heads") if head)
    return Problem(
        f"There are several heads:\n{listed}",
        why="Two branches each added a revision after the same one, so there is no last one.",
        remedy="Join them: python scripts/migrate.py merge",
    )


def line(revision: Script) -> str:
    """One revision in one line."""
    return f"{revision.revision}  {revision.doc}"


def told(title: str, plan: Sequence[Script]) -> str:
    """A plan in words, one line a revision."""
    return "\n".join([f"{title}:", *(f"  {line(revision)}" for revision in plan)])


def standing(config: Config, connection: Connection) -> str:
    """Where a database stands, in words."""
    directory = scripts(config)
    heads = applied(connection)
    if not heads:
        return "The database stands before the first revision."
    known = {revision.revision: revision for revision in directory.walk_revisions()}
    at = ", ".join(line(known[head]) if head in known else f"{head} (no file)" for head in heads)
    suffix = " (head)" if set(heads) == set(directory.get_heads()) else ""
    return f"The database stands at {at}{suffix}."
