"""A wheel of stratakit in the service's own folder, for machines that cannot reach its source."""

from pathlib import Path


def vendor(root: Path) -> int:
    raise SystemExit
