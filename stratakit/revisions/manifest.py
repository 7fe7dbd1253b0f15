"""The record of the revisions, committed with them: a hash of each, and the schema at head.

By the hashes, an edited, deleted or moved revision is noticed even in a shallow clone, and two
branches that each add one conflict in git. The schema shows in a pull request what a revision
changes. The first `create` or `record` writes both.
"""

import difflib
from collections.abc import Iterator
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.revisions import git
from stratakit.revisions.digest import digest, has_digest
from stratakit.revisions.history import Revision, RevisionHistory, parse
from stratakit.revisions.replaced import find_squash

FIRST_LINE = "# Written by `stratakit record`: revision, previous revision, sha256.\n"
BASELINE = "It is the schema that existed before migrations were used."
"""The sentence that `adopt` writes into a baseline, after comparing the database with it."""
REWRITE = f"If the change is intended, record it: {MIGRATE} record"


def hashes_path(config: Config) -> Path:
    """Return the file of the hashes."""
    return config.versions / "revisions.sha256"


def snapshot_path(config: Config) -> Path:
    """Return the file of the schema at head."""
    return config.migrations_folder / "schema.snapshot"


def revision_findings(config: Config, revisions: RevisionHistory) -> Iterator[Finding]:
    """Find revisions that differ from their record, or from the main branch."""
    reported = set()
    for file in git.changed_files(config.versions):
        path = config.versions / file.name
        if not _is_legitimate_change(revisions, path, file.content()):
            reported.add(file.name)
            change = "edited" if path.exists() else "deleted"
            yield Finding(
                "edited-revision",
                f"{file.name} was {change} after it was committed.",
                "Databases that ran it do not get the change, and new ones do.",
                f"Restore it, and write the change as a new revision: {file.restore_command}",
                relative_path(config, path),
            )
    path = hashes_path(config)
    if not path.exists() and not snapshot_path(config).exists():
        return
    recorded = dict(_read_records(path))
    for revision_id in sorted({*recorded, *revisions}):
        revision = revisions.get(revision_id)
        if revision is None and any(revision_id in name for name in reported):
            continue
        if revision is not None and revision.path.name in reported:
            continue
        if mismatch := _describe_mismatch(revision_id, recorded.get(revision_id), revision):
            yield Finding(
                "revision-not-as-recorded",
                mismatch,
                "Databases that ran the recorded one do not get the change.",
                REWRITE,
                relative_path(config, revision.path if revision else path),
            )


def _describe_mismatch(revision_id: str, record: str | None, revision: Revision | None) -> str:
    if revision is None:
        return f"The revision {revision_id} is recorded and has no file."
    if record is None:
        return f"{revision.path.name} is not recorded."
    recorded_parents, _, sha256 = record.rpartition(" ")
    parents = _describe_parents(revision)
    if recorded_parents != parents:
        return f"{revision.path.name} follows {parents}, but {recorded_parents} is recorded."
    if not has_digest(revision.path.read_bytes(), sha256):
        return f"{revision.path.name} was edited after it was recorded."
    return ""


def render_manifest(revisions: RevisionHistory) -> str:
    """Render the hashes in the order in which revisions are applied, so that a new one is last."""
    lines = [FIRST_LINE]
    for revision in (revisions[each] for each in _order(revisions)):
        sha256 = digest(revision.path.read_bytes())
        lines.append(f"{revision.id} {_describe_parents(revision)} {sha256}\n")
    return "".join(lines)


def _order(revisions: RevisionHistory) -> Iterator[str]:
    """Yield the ids, each after those that it follows; those of a cycle come last."""
    sorter = TopologicalSorter(
        {
            key: [each for each in revision.parents if each in revisions]
            for key, revision in revisions.items()
        }
    )
    # What a cycle does not concern is still sorted.
    with suppress(CycleError):
        sorter.prepare()
    waiting = set(revisions)
    while sorter.is_active() and (ready := sorted(sorter.get_ready())):
        yield from ready
        waiting -= {*ready}
        sorter.done(*ready)
    yield from sorted(waiting)


def _read_records(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        revision_id, _, rest = line.partition(" ")
        if rest and revision_id not in ("#", "<<<<<<<", ">>>>>>>"):
            yield revision_id, rest


def _describe_parents(revision: Revision) -> str:
    return ",".join(revision.parents) or "nothing"


def _is_legitimate_change(revisions: RevisionHistory, path: Path, committed: bytes) -> bool:
    """Return whether a file was only renamed, reviewed, replaced by a baseline, or became one."""
    sentence = BASELINE.encode()
    if path.exists() and sentence in path.read_bytes() and sentence not in committed:
        return True
    if not committed:
        return False
    before = parse(path, committed)
    if before and (squash := find_squash(revisions, before.id)):
        # The squash may have the id and the file name of the last one that it replaced.
        return before.id != squash.id or bool(before.parents)
    paths = [revision.path for revision in revisions.values()]
    return any(digest(path.read_bytes()) == digest(committed) for path in paths)


def unified_diff(config: Config, path: Path, before: str, after: str) -> list[str]:
    """Compare a file's text before and after, with a line of context."""
    name = relative_path(config, path)
    return list(
        difflib.unified_diff(
            before.splitlines(), after.splitlines(), name, name, "before", "after", 1, ""
        )
    )


def relative_path(config: Config, path: Path) -> str:
    """Return a path from the project's folder on, with forward slashes."""
    return path.relative_to(config.root).as_posix()
