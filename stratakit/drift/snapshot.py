"""The schema at head as text, committed with the revisions.

A pull request shows in it what a revision changes.
"""

import re
from collections.abc import Iterator

from stratakit.catalog import Catalog
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.revisions.history import RevisionHistory
from stratakit.revisions.manifest import (
    hashes_path,
    relative_path,
    render_manifest,
    snapshot_path,
    unified_diff,
)

COLLATION = re.compile(r", collation \w+")


def write(config: Config, revisions: RevisionHistory, schema: Catalog) -> str:
    """Write both files.

    Returns:
        The changes in them, as a diff; empty if there are none.
    """
    changes = []
    for path, after in (
        (hashes_path(config), render_manifest(revisions)),
        (snapshot_path(config), _render_schema(config, schema)),
    ):
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        changes += unified_diff(config, path, before, after)
        path.write_text(after, encoding="utf-8")
    return "\n".join(changes)


def schema_findings(config: Config, schema: Catalog) -> Iterator[Finding]:
    """Find a snapshot that differs from the schema at head."""
    path = snapshot_path(config)
    if not path.exists() and not hashes_path(config).exists():
        return
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = _render_schema(config, schema)
    if config.database == "mysql":
        before = _without_defaults(before, after)
    if changes := unified_diff(config, path, before, after):
        yield Finding(
            "snapshot-not-true",
            f"{relative_path(config, path)} differs from the schema of the migrations:\n"
            + "\n".join(changes[:40]),
            "The pull request would show a wrong schema.",
            f"Update it: {MIGRATE} record",
            relative_path(config, path),
        )


def _without_defaults(before: str, after: str) -> str:
    """Return a snapshot without the collations that are the database's default."""
    current = set(after.splitlines())
    lines = ((line, COLLATION.sub("", line)) for line in before.splitlines())
    return "\n".join(shortened if shortened in current else line for line, shortened in lines)


def _render_schema(config: Config, schema: Catalog) -> str:
    author = "written by `stratakit record`"
    return f"# The schema at head ({config.database}), {author}.\n\n{schema.text()}"
