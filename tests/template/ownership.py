"""Who owns which file of a service, as docs/ownership.md says it."""

import re
from functools import cache
from pathlib import Path

from pathspec import GitIgnoreSpec

PAGE = Path(__file__).resolve().parents[2] / "docs" / "ownership.md"


@cache
def table() -> list[tuple[str, str]]:
    """The patterns with their owners, in order."""
    rows = re.findall(r"^\| (`.*?`) \| (ours|yours|shared) \|", PAGE.read_text(), re.MULTILINE)
    return [
        (pattern, owner) for patterns, owner in rows for pattern in re.findall("`(.*?)`", patterns)
    ]


@cache
def owner_of(path: str) -> str | None:
    """Who owns a file: ours, yours or shared; None where no line is about it."""
    for pattern, owner in table():
        if GitIgnoreSpec.from_lines([f"/{pattern}"]).match_file(path):
            return owner
    return None


def files(service: Path) -> set[str]:
    """All files of a service, but for git's own and bytecode."""
    return {
        str(path.relative_to(service))
        for path in service.rglob("*")
        if path.is_file() and path.suffix != ".pyc" and ".git" not in path.parts
    }
