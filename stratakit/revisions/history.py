"""The history of revisions by their files, read without Alembic.

A file is imported only if it gives an id in another way than by a literal.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from shlex import quote

from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.revisions import git, phases
from stratakit.revisions.bytecode import remove_stale_bytecode
from stratakit.revisions.declaration import Declaration, read_declaration


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

    def superfluous(self, rows: Collection[str]) -> list[str]:
        """Return the rows of a version table that another of its rows implies: its ancestors."""
        implied = self.ancestors(
            parent for row in rows if row in self for parent in self[row].parents
        )
        return [row for row in rows if row in implied]


def read(versions: Path | Sequence[Path]) -> RevisionHistory:
    """Read the revisions of a folder, or of some files.

    Raises:
        StrataError: a file is no valid Python, or two files have one revision id.
    """
    revisions = RevisionHistory()
    files = sorted(versions.glob("*.py")) if isinstance(versions, Path) else versions
    for path in files:
        declaration, revision = _read_state(path)
        if declaration.unread[0]:
            declaration = _import(path, declaration)
            revision = _revision(path, declaration)
        if revision is None:
            continue
        refuse_unknown_phase(path, declaration)
        if revision.id in revisions:
            raise StrataError(
                f"Two files have the revision id {revision.id}: {revisions[revision.id].path.name} "
                f"and {path.name}.",
                detail="Only one of them would be applied.",
                hint="Give one of them another id and another file name.",
            )
        revisions[revision.id] = revision
    return revisions


def refuse_unread(config: Config) -> None:
    """Raise a UsageError if a file in a folder that is not read continues the history.

    A revision that follows another one than a head is one that a baseline replaced.
    """
    nested = config.nested_files
    if not nested:
        return
    known = read(config.revision_files)
    for path in nested:
        revision = _parse_or_none(path)
        if revision and revision.id not in known and _continues(known, revision):
            raise UsageError(
                f"{path} has the revision {revision.id}, and Alembic does not read its folder.",
                detail="Every command would leave this revision out.",
                hint="Let Alembic read the folders below, in the section of alembic.ini:\n"
                "    recursive_version_locations = true\n"
                "Or name each folder there: version_locations = ...",
            )


def _parse_or_none(path: Path) -> Revision | None:
    try:
        return parse(path, path.read_bytes())
    except StrataError:
        return None


def _continues(known: RevisionHistory, revision: Revision) -> bool:
    return not known or bool({*revision.parents} & {*known.heads})


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


def parse(path: Path, source: bytes) -> Revision | None:
    """Read a revision from a file's content.

    Args:
        path: the file, for messages.
        source: the content.

    Returns:
        The revision; None if the file declares none.

    Raises:
        StrataError: the content is no valid Python, or declares something that is no literal.
    """
    declaration = _declaration(path, source)
    if declaration.unread[0]:
        raise _unread_error(path, declaration)
    refuse_unknown_phase(path, declaration)
    return _revision(path, declaration)


def read_file(path: Path) -> Declaration:
    """Read what a file declares, once for each state of the file.

    Raises:
        StrataError: the file is no valid Python.
    """
    return _read_state(path)[0]


def _read_state(path: Path) -> tuple[Declaration, Revision | None]:
    status = path.stat()
    return _read_file(path, status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


@cache
def _read_file(path: Path, *_state: int) -> tuple[Declaration, Revision | None]:
    # Without a buffer, in half the time of `Path.read_bytes()`.
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123
        declaration = _declaration(path, file.readall())
    return declaration, None if declaration.unread[0] else _revision(path, declaration)


def refuse_unknown_phase(path: Path, declaration: Declaration) -> None:
    """Raise a StrataError if the file of a revision declares a phase that there is not."""
    phase = declaration.phase
    if phase and phase not in phases.NAMES and declaration.revision is not None:
        raise StrataError(
            f"{path}:{_phase_line(path)} has an unknown phase: {phase!r}.",
            detail="Timeouts, `upgrade --rolling` and the readiness of old code depend on it.",
            hint=f"Name one of these in the file: {', '.join(phases.NAMES)}",
        )


def _declaration(path: Path, source: bytes) -> Declaration:
    try:
        return read_declaration(source)
    except (SyntaxError, ValueError) as error:
        raise StrataError(
            f"{path} is not valid Python: {error}.",
            detail="Without it, the order of the revisions is not known.",
            hint="Correct the file, or restore the committed one: "
            f"git -C {quote(str(path.parent))} checkout -- {quote(path.name)}",
        ) from error


def _import(path: Path, declaration: Declaration) -> Declaration:
    """Import a file that cannot be read otherwise.

    Raises:
        StrataError: that fails, or the values are no ids.
    """
    remove_stale_bytecode([path])
    spec = spec_from_file_location(re.sub(r"\W", "_", path.name), path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise _unread_error(path, declaration) from error
    return replace(
        declaration,
        revision=getattr(module, "revision", None),
        down_revision=getattr(module, "down_revision", None),
        branch_labels=getattr(module, "branch_labels", None),
        depends_on=getattr(module, "depends_on", None),
        unread=("", ""),
    )


def _revision(path: Path, declaration: Declaration) -> Revision | None:
    if not isinstance(declaration.revision, str):
        return None
    return Revision(
        declaration.revision,
        as_tuple(declaration.down_revision) + as_tuple(declaration.depends_on),
        path,
        declaration.docstring.strip().partition("\n")[0].rstrip(),
        str(declaration.phase or ""),
    )


def _phase_line(path: Path) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next((number for number, line in enumerate(lines, 1) if line.startswith("phase")), 1)


def _unread_error(path: Path, declaration: Declaration) -> StrataError:
    name, code = declaration.unread
    return StrataError(
        f"{path} has no literal value for {name}: {code}.",
        detail="Without it, the order of the revisions is not known.",
        hint=f'Write the id itself: {name} = "..."',
    )


def as_tuple(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the ids of `down_revision` or `depends_on`: none, one or several."""
    return (value,) if isinstance(value, str) else tuple(value or ())
