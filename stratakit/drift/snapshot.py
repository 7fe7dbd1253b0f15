"""The schema at head as text, committed beside the revisions.

In a pull request it shows what a revision really changes."""

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


def write(config: Config, chain: RevisionHistory, schema: Catalog) -> str:
    """Write both files anew.

    Returns:
        What changes in them, as a diff; empty where nothing does.
    """
    changes = []
    for path, after in (
        (hashes_path(config), render_manifest(chain)),
        (snapshot_path(config), _schema(config, schema)),
    ):
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        changes += unified_diff(config, path, before, after)
        path.write_text(after, encoding="utf-8")
    return "\n".join(changes)


def schema_findings(config: Config, schema: Catalog) -> Iterator[Finding]:
    """Find a snapshot that is not what the migrations make."""
    path = snapshot_path(config)
    if not path.exists() and not hashes_path(config).exists():
        return
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = _schema(config, schema)
    if config.database == "mysql":
        before = _without_defaults(before, after)
    if changes := unified_diff(config, path, before, after):
        yield Finding(
            "snapshot-not-true",
            f"{relative_path(config, path)} is not the schema that the migrations make:\n"
            + "\n".join(changes[:40]),
            "A pull request would show another schema than it makes.",
            f"Write it anew: {MIGRATE} record",
            relative_path(config, path),
        )


def _without_defaults(before: str, after: str) -> str:
    """A snapshot without the collations that are the database's default, which older ones say."""
    there = set(after.splitlines())
    lines = ((line, COLLATION.sub("", line)) for line in before.splitlines())
    return "\n".join(short if short in there else line for line, short in lines)


def _schema(config: Config, schema: Catalog) -> str:
    made_by = "written by `stratakit record`"
    return f"# The schema at head ({config.database}), {made_by}.\n\n{schema.text()}"
