"""The history of revisions by their files, read without importing them or Alembic."""

import ast
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from shlex import quote

from stratakit.diagnostics.errors import StrataError
from stratakit.revisions import git, phases

REPLACED = "replaced"
"""The folder, in that of the revisions, for the ones that a baseline replaced."""


@dataclass(frozen=True)
class Revision:
    """A revision by its file.

    Args:
        id: its revision id.
        parents: the revisions that it follows: none for the first, two for a merge.
        path: the file.
        message: the first line of its docstring.
        phase: its phase; empty if the file names none.
    """

    id: str
    parents: tuple[str, ...]
    path: Path
    message: str
    phase: str = ""


class RevisionHistory(dict[str, Revision]):
    """Revisions by their id."""

    @property
    def heads(self) -> tuple[str, ...]:
        """The revisions that no other one follows, in the order of their ids."""
        followed = {parent for revision in self.values() for parent in revision.parents}
        return tuple(sorted(set(self) - followed))

    @property
    def before_contract(self) -> tuple[str, ...]:
        """The heads without the last revisions whose phase is `contract`.

        A revision whose parent has no file is not left out.
        """
        heads = self.heads
        while len(heads) == 1 and self[heads[0]].phase == phases.CONTRACT:
            parents = self[heads[0]].parents
            if not set(parents) <= set(self):
                break
            heads = parents
        return heads

    def ancestors(self, revision_ids: Iterable[str]) -> set[str]:
        """Return revisions with all that they follow, directly or not."""
        ancestors: set[str] = set()
        waiting = list(revision_ids)
        while waiting:
            if (revision_id := waiting.pop()) in self and revision_id not in ancestors:
                ancestors.add(revision_id)
                waiting += self[revision_id].parents
        return ancestors


def read(versions: Path | Sequence[Path]) -> RevisionHistory:
    """Read the revisions of a folder, or of some files.

    Raises:
        StrataError: a file is no valid Python, or two files have one revision id.
    """
    revisions = RevisionHistory()
    files = sorted(versions.glob("*.py")) if isinstance(versions, Path) else versions
    for path in files:
        revision = parse(path, path.read_bytes())
        if revision is None:
            continue
        if revision.id in revisions:
            raise StrataError(
                f"Two files have the revision id {revision.id}: {revisions[revision.id].path.name} "
                f"and {path.name}.",
                detail="Only one of them would be applied.",
                hint="Give one of them an id and a file name of its own.",
            )
        revisions[revision.id] = revision
    return revisions


def refuse_gap(versions: Path, files: Sequence[Path] | None = None) -> None:
    """Raise a StrataError if a revision follows one that has no file.

    Args:
        versions: the folder in which the file is looked for.
        files: those of the revisions; by default all of the folder.
    """
    revisions = read(versions if files is None else files)
    for revision in revisions.values():
        for parent in revision.parents:
            if parent not in revisions:
                hints = restore_hints(versions, revisions, [parent])
                raise StrataError(
                    f"{revision.path.name} follows the revision {parent}, and no file in "
                    f"{versions} has it.",
                    detail="The changes before it are not known.",
                    hint="\n".join(hints)
                    or f"Find its file: git log --all --oneline -- '*{parent}*'",
                )


def restore_hints(versions: Path, known: RevisionHistory, heads: Iterable[str]) -> list[str]:
    """Return the commands that restore the missing files of revisions, and of all that they follow.

    Args:
        versions: the folder of the revisions.
        known: the revisions that have a file here.
        heads: the revisions to start from.

    Returns:
        A line for each file; none for a head whose file git does not have.
    """
    hints: dict[str, str] = {}
    waiting = [head for head in heads if head not in known]
    while waiting:
        missing = waiting.pop()
        file = git.find_revision(versions, missing)
        revision = parse(versions / file.name, file.content()) if file else None
        if file and revision:
            hints[missing] = f"Restore the file: {file.restore_command}"
            waiting += sorted({*revision.parents} - {*known} - {*hints})
        elif hints:
            hints[missing] = f"Find the file: git log --all --oneline -- '*{missing}*'"
    return list(hints.values())


@lru_cache(maxsize=4096)
def parse(path: Path, source: bytes) -> Revision | None:
    """Read a revision from a file's content, once in a process.

    Args:
        path: the file, for messages.
        source: the content.

    Returns:
        The revision; None if the file declares none.

    Raises:
        StrataError: the content is no valid Python, or declares something that is no literal.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError) as error:
        raise StrataError(
            f"{path} is not valid Python: {error}.",
            detail="Without it, the order of the revisions is not known.",
            hint="Correct the file, or restore the committed one: "
            f"git -C {quote(str(path.parent))} checkout -- {quote(path.name)}",
        ) from error
    values = {
        target.id: statement.value
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None
        for target in (
            statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        )
        if isinstance(target, ast.Name)
    }
    if "revision" not in values:
        return None
    revision_id, parents, depends_on = (
        _literal(path, name, values.get(name, ast.Constant(None)))
        for name in ("revision", "down_revision", "depends_on")
    )
    message = (ast.get_docstring(tree) or "").partition("\n")[0]
    phase = values.get("phase")
    if isinstance(phase, ast.Constant) and phase.value and phase.value not in phases.NAMES:
        raise StrataError(
            f"{path}:{phase.lineno} has an unknown phase: {phase.value!r}.",
            detail="Timeouts, `upgrade --rolling` and the readiness of old code depend on it.",
            hint=f"Name one of these in the file: {', '.join(phases.NAMES)}",
        )
    return Revision(
        str(revision_id),
        as_tuple(parents) + as_tuple(depends_on),
        path,
        message,
        str(phase.value or "") if isinstance(phase, ast.Constant) else "",
    )


def _literal(path: Path, name: str, value: ast.expr) -> str | Iterable[str] | None:
    try:
        literal: str | Iterable[str] | None = ast.literal_eval(value)
    except ValueError as error:
        raise StrataError(
            f"{path} has no literal value for {name}: {ast.unparse(value)}.",
            detail="Revisions are read without running their files.",
            hint=f'Write the id itself: {name} = "..."',
        ) from error
    return literal


def as_tuple(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the ids of `down_revision` or `depends_on`: none, one or several."""
    return (value,) if isinstance(value, str) else tuple(value or ())
