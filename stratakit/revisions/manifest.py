"""What is committed beside the revisions: a hash of each, and the schema at head as text.

The hashes tell in a shallow clone that a revision was edited, deleted or put elsewhere, and two
branches that each add one conflict in git. The schema shows in a pull request what it really
changes. A service has both from its first `create` or `record` on.
"""

import difflib
from collections.abc import Iterator
from pathlib import Path

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.revisions import git
from stratakit.revisions.history import REPLACED, Revision, RevisionHistory, digest, has_digest

FIRST_LINE = "# Written by `stratakit record`: revision, what it follows, sha256.\n"
BASELINE = b"It is what existed before migrations took over."
"""What `adopt` writes into a baseline, after it compared the database with it."""
REWRITE = f"If it is meant, write it anew: {MIGRATE} record"


def hashes_path(config: Config) -> Path:
    """The file of the hashes."""
    return config.versions / "revisions.sha256"


def snapshot_path(config: Config) -> Path:
    """The file of the schema at head."""
    return config.migrations_folder / "schema.snapshot"


def chain_findings(config: Config, chain: RevisionHistory) -> Iterator[Finding]:
    """Find revisions that are not as they were recorded, or not as the main branch has them."""
    seen = set()
    for name, back in git.edited(config.versions):
        if name.endswith(".py") and not _is_legitimate_change(
            config, chain, config.versions / name, git.committed(config.versions, back)
        ):
            seen.add(name)
            gone = not (config.versions / name).exists()
            yield Finding(
                "edited-revision",
                f"{name} was {'deleted' if gone else 'edited'} after it was committed.",
                "Databases that ran it do not get the change, and new ones do.",
                f"Bring it back, and write the change as a revision of its own: {back}",
                relative_path(config, config.versions / name),
            )
    path = hashes_path(config)
    if not path.exists() and not snapshot_path(config).exists():
        return
    recorded = dict(_recorded(path))
    for id in sorted({*recorded, *chain}):
        if id in chain and chain[id].path.name in seen:
            continue
        if id not in chain and any(id in name for name in seen):
            continue
        if what := _describe_mismatch(id, recorded.get(id), chain.get(id)):
            yield Finding(
                "revision-not-as-recorded",
                what,
                "Databases that ran it as it was recorded do not get the change.",
                REWRITE,
                relative_path(config, chain[id].path if id in chain else path),
            )


def _describe_mismatch(id: str, line: str | None, revision: Revision | None) -> str:
    if revision is None:
        return f"The revision {id} is recorded and has no file."
    if line is None:
        return f"{revision.path.name} is not recorded."
    follows, _, sha256 = line.rpartition(" ")
    if follows != _follows(revision):
        return f"{revision.path.name} follows {_follows(revision)}, and by the record {follows}."
    if not has_digest(revision.path.read_bytes(), sha256):
        return f"{revision.path.name} was edited after it was recorded."
    return ""


def render_manifest(chain: RevisionHistory) -> str:
    """Render the hashes in the order in which revisions are applied, so that a new one is last."""
    done: dict[str, str] = {}
    ahead = sorted(chain)
    while ahead:
        ready = [id for id in ahead if all(p in done or p not in chain for p in chain[id].parents)]
        for id in ready or ahead:
            done[id] = f"{id} {_follows(chain[id])} {digest(chain[id].path.read_bytes())}\n"
        ahead = [id for id in ahead if id not in done]
    return FIRST_LINE + "".join(done.values())


def _recorded(path: Path) -> Iterator[tuple[str, str]]:
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        id, _, rest = line.partition(" ")
        if rest and id not in ("#", "<<<<<<<", "=======", ">>>>>>>"):
            yield id, rest


def _follows(revision: Revision) -> str:
    return ",".join(revision.parents) or "nothing"


def _is_legitimate_change(config: Config, chain: RevisionHistory, path: Path, text: bytes) -> bool:
    """Whether a file was only renamed, settled, moved aside for a baseline, or became one."""
    if path.exists() and BASELINE in path.read_bytes() and BASELINE not in text:
        return True
    paths = [revision.path for revision in chain.values()]
    paths += (config.versions / REPLACED).glob("*.py")
    return bool(text) and any(digest(path.read_bytes()) == digest(text) for path in paths)


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
