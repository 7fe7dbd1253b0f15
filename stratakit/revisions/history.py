"""The chain of revisions as the files tell it, read without importing them or Alembic."""

import ast
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from stratakit.diagnostics.errors import StrataError
from stratakit.revisions import git, phases

MARK = "# FINDING:"
FINDING = re.compile(rb"^[ \t]*" + MARK.encode() + rb".*\n(?:[ \t]*#   .*\n)*", re.MULTILINE)
REPLACED = "replaced"
"""The folder in that of the revisions for those in whose place a baseline was written."""


@dataclass(frozen=True)
class Revision:
    """One file of the chain.

    Args:
        id: its revision id.
        parents: the revisions it follows: none for the first, two for a merge.
        path: the file.
        message: the first line of its docstring.
        phase: what it says of itself; empty where it says nothing.
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
        """The heads without the last revisions that only take away what no code uses any more.

        What a revision without a file does is not known: none before it is left out.
        """
        heads = self.heads
        while len(heads) == 1 and self[heads[0]].phase == phases.TAKES_AWAY:
            parents = self[heads[0]].parents
            if not set(parents) <= set(self):
                break
            heads = parents
        return heads

    def history(self, ids: Iterable[str]) -> set[str]:
        """The given revisions with all that they build upon."""
        found: set[str] = set()
        ahead = list(ids)
        while ahead:
            if (id := ahead.pop()) in self and id not in found:
                found.add(id)
                ahead += self[id].parents
        return found


def read(versions: Path) -> RevisionHistory:
    """Read the chain from a folder of revisions.

    Raises:
        StrataError: a file is no valid Python, or two files have one revision id.
    """
    found = RevisionHistory()
    for path in sorted(versions.glob("*.py")):
        revision = _parsed(path)
        if revision is None:
            continue
        if revision.id in found:
            raise StrataError(
                f"Two files have the revision id {revision.id}: {found[revision.id].path.name} "
                f"and {path.name}.",
                detail="Only one of them would be applied.",
                hint="Give one of them an id and a file name of its own.",
            )
        found[revision.id] = revision
    return found


def digest(text: bytes) -> str:
    """Hash a revision's file without its findings: to settle one by deleting it is no edit."""
    return hashlib.sha256(FINDING.sub(b"", text)).hexdigest()


def has_digest(text: bytes, sha256: str) -> bool:
    """Whether a file is the one that was hashed: until 0.5.0 with its findings."""
    return sha256 in (digest(text), hashlib.sha256(text).hexdigest())


def refuse_gap(versions: Path) -> None:
    """Raise a StrataError where a revision follows one that has no file."""
    chain = read(versions)
    for revision in chain.values():
        for parent in revision.parents:
            if parent not in chain:
                back = git.file_of_revision(versions, parent)
                raise StrataError(
                    f"{revision.path.name} follows the revision {parent}, and no file in "
                    f"{versions} has it.",
                    detail="What the database needs before it is not known.",
                    hint=f"Bring the file back: {back}"
                    if back
                    else f"Find its file: git log --all --oneline -- '*{parent}*'",
                )


def _parsed(path: Path) -> Revision | None:
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, ValueError) as error:
        raise StrataError(
            f"{path} is not valid Python: {error}.",
            detail="No command can tell the chain of revisions without it.",
            hint="Correct the file, or bring back what is committed: "
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
    id = ast.literal_eval(values["revision"])
    parents = ast.literal_eval(values.get("down_revision", ast.Constant(None))) or ()
    depends_on = ast.literal_eval(values.get("depends_on", ast.Constant(None))) or ()
    message = (ast.get_docstring(tree) or "").partition("\n")[0]
    phase = values.get("phase")
    return Revision(
        id,
        _tuple(parents) + _tuple(depends_on),
        path,
        message,
        str(phase.value or "") if isinstance(phase, ast.Constant) else "",
    )


def _tuple(value: str | Iterable[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
