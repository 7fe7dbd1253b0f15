"""Review comments in revision files: what autogenerate may have got wrong.

A comment begins with `# FINDING:`, and its other lines are indented. A person resolves a comment by
deleting it.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from stratakit.revisions.history import RevisionHistory

MARK = "# FINDING:"
INDENT = "#   "
COMMENT = re.compile(
    rf"^[ \t]*{MARK}.*(?:\n[ \t]*{INDENT}.*)*(?:\n|\Z)".encode(),
    re.MULTILINE,
)


class ReviewComment(NamedTuple):
    """A review comment that nobody has resolved: its file, line and text."""

    file: Path
    line: int
    text: str


def describe_comment(root: Path, comment: ReviewComment) -> str:
    """Return a comment after its file, from the project's folder on, and line."""
    file = comment.file.relative_to(root) if comment.file.is_relative_to(root) else comment.file
    return f"{file}:{comment.line}: {comment.text}"


def remove_comments(source: bytes) -> bytes:
    """Return the source of a revision without its review comments."""
    return COMMENT.sub(b"", source)


def unresolved_comments(revisions: RevisionHistory) -> list[ReviewComment]:
    """Find the review comments that are still in the files."""
    return find_comments(revision.path for revision in revisions.values())


def find_comments(files: Iterable[Path]) -> list[ReviewComment]:
    """Find the review comments in some files."""
    comments = []
    for path in files:
        source = path.read_bytes()
        for comment in COMMENT.finditer(source):
            words = comment[0].decode().replace(MARK, "").replace(INDENT, "").split()
            line = source.count(b"\n", 0, comment.start()) + 1
            comments.append(ReviewComment(path, line, " ".join(words)))
    return comments
