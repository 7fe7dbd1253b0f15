"""Put the revisions of this branch on top of the main branch's newest one."""

import ast
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from stratakit.commands._downgrade import downgrade
from stratakit.commands._errors import command
from stratakit.commands._local import require_local
from stratakit.commands._upgrade import upgrade
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.drift import record
from stratakit.engine.connect import connect
from stratakit.revisions import git, history, log
from stratakit.revisions.guards import require_revisions
from stratakit.revisions.history import Revision, RevisionHistory
from stratakit.revisions.run_options import StepProgress
from stratakit.runtime.environment import Environment
from stratakit.scratch import environment

FOLLOWS = re.compile(r"^(?P<title>Follows|Revises): .*$", re.MULTILINE)


@dataclass(frozen=True)
class RebaseResult:
    """The revisions that were moved.

    Args:
        moved: the revisions of this branch, in order; none if they were on top already.
        onto: the revision that the first of them follows now.
        reapplied: whether they were undone in the local database and applied again.
        unrecorded: why the snapshot was not written; else empty.
    """

    moved: Sequence[str]
    onto: str
    reapplied: bool = False
    unrecorded: str = ""


@command
def rebase(
    config: Config,
    *,
    confirmed_database: str | None = None,
    lose: Collection[str] = (),
    interactive: bool = False,
    progress: StepProgress | None = None,
) -> RebaseResult:
    """Put the revisions that only this branch has on top of the main branch's newest one.

    The history stays a line, which a merge revision would end. In the local database the revisions
    are undone before and applied again after it.

    Args:
        config: the project's.
        confirmed_database: the database's name, if env.py connects to one on this machine.
        lose: the tables and columns that may be lost, by their names.
        interactive: whether a person at the terminal may be asked.
        progress: called when a revision begins and ends.

    Raises:
        ConsentError: rows or values would be lost, and nobody has agreed.
        UsageError: git has no main branch, the revisions are no line, or one of them was applied to
            a database that is not the local one.
        StrataError: there is no revision, or one cannot be undone.
    """
    require_revisions(config)
    known = history.read(config.revision_files)
    own = _own_revisions(config, known)
    onto = _main_head(known, own)
    first = known[own[0]] if own else None
    if first is None or first.parents == (onto,):
        return RebaseResult((), onto)
    project = environment.capture(config)
    reapplied = _is_applied(config, project, known, own, confirmed_database, interactive)
    if reapplied:
        below = ",".join(first.parents) or "base"
        downgrade(config, below, lose=lose, interactive=interactive, progress=progress)
    _rewrite(first, onto)
    unrecorded = record.record_new_revision(project)
    if reapplied:
        upgrade(config, progress=progress)
    return RebaseResult(own, onto, reapplied, unrecorded)


def _own_revisions(config: Config, known: RevisionHistory) -> list[str]:
    """Return the revisions that the main branch does not have, in the order in which they run."""
    committed = git.list_main_files(config.versions)
    if committed is None:
        raise UsageError(
            f"git has none of the branches {', '.join(git.MAIN_BRANCHES)} here.",
            detail="The revisions that only this branch has are found by comparing with it.",
            hint="Fetch it: git fetch origin",
        )
    own = {id_ for id_, each in known.items() if each.path.name not in committed}
    ordered: list[str] = []
    while own:
        ready = [id_ for id_ in own if not own & set(known[id_].parents)]
        follows = [id_ for id_ in ready if not ordered or known[id_].parents == (ordered[-1],)]
        if len(ready) != 1 or not follows or len(known[ready[0]].parents) > 1:
            raise UsageError(
                f"The revisions of this branch are not a single line: {', '.join(sorted(own))}.",
                detail="Only a single line can be rebased.",
                hint=f"Merge the heads: {MIGRATE} merge",
            )
        ordered += ready
        own -= set(ready)
    return ordered


def _main_head(known: RevisionHistory, own: Sequence[str]) -> str:
    main = RevisionHistory({id_: each for id_, each in known.items() if id_ not in own})
    if len(main.heads) != 1:
        raise UsageError(
            f"The main branch has {len(main.heads)} heads: {', '.join(main.heads) or 'none'}.",
            detail="A rebase needs a single head to follow.",
            hint=f"Merge them on the main branch: {MIGRATE} merge",
        )
    return main.heads[0]


def _is_applied(
    config: Config,
    project: Environment,
    known: RevisionHistory,
    own: Sequence[str],
    confirmed_database: str | None,
    interactive: bool,
) -> bool:
    """Return whether the revisions are applied, and to the local database alone."""
    url = project.database
    with connect(url, read_only=True) as connection:
        applied = set(own) & known.ancestors(project.context(connection).get_current_heads())
        entries = log.read_entries(connection, project.version_table_schema)
        logged = {row["revision"]: row["who"] for row in entries}
    if not applied:
        return False
    if config.in_production or project.url is not None:
        moved = next(each for each in own if each in applied)
        try:
            require_local(config, project, confirmed_database, interactive=interactive)
        except UsageError as error:
            raise UsageError(
                f"{moved} was applied to {url} (by {logged.get(moved, 'somebody')}).",
                detail="A revision that a shared database has run cannot be moved.",
                hint=f"Merge the heads instead: {MIGRATE} merge\n"
                "If that is your own development database, run this at a terminal, which asks.",
            ) from error
    return True


def _rewrite(revision: Revision, onto: str) -> None:
    """Let a revision's file say that it follows another one."""
    source = revision.path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    (value,) = (
        statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        and statement.value is not None
        and "down_revision" in _target_names(statement)
    )
    rewritten = _replace_span(source, value, repr(onto).replace("'", '"'))
    docstring = tree.body[0]
    if isinstance(docstring, ast.Expr) and ast.get_docstring(tree, clean=False):
        lines = rewritten.splitlines(keepends=True)
        end = docstring.end_lineno or 0
        head = FOLLOWS.sub(rf"\g<title>: {onto}", "".join(lines[:end]))
        rewritten = head + "".join(lines[end:])
    revision.path.write_text(rewritten, encoding="utf-8")


def _target_names(statement: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _replace_span(source: str, node: ast.expr, code: str) -> str:
    lines = source.encode().splitlines(keepends=True)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    before = b"".join(lines[: node.lineno - 1]) + lines[node.lineno - 1][: node.col_offset]
    after = lines[node.end_lineno - 1][node.end_col_offset :] + b"".join(lines[node.end_lineno :])
    return (before + code.encode() + after).decode()
