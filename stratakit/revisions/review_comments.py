"""Review comments that are still open in revision files."""

from pathlib import Path

from stratakit.revisions.history import MARK, RevisionHistory


def unresolved_comments(chain: RevisionHistory) -> list[tuple[Path, int, str]]:
    """The findings that are still in the revisions' files: file, line, text."""
    found = []
    for revision in chain.values():
        lines = revision.path.read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines, 1):
            if line.strip().startswith(MARK):
                comment = [line.strip().removeprefix(MARK)]
                for more in lines[number:]:
                    if not more.strip().startswith("#   "):
                        break
                    comment.append(more.strip().removeprefix("#"))
                found.append((revision.path, number, " ".join(" ".join(comment).split())))
    return found
