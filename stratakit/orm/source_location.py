"""Where a table or a column is declared: the file and the line of its model."""

import inspect
import re
from pathlib import Path
from typing import Any

from stratakit.config import Config, named


def places(config: Config) -> dict[str, type[Any]]:
    """The mapped classes of the service by the names of their tables."""
    bases = [named(base, "base") for base in config.base]
    registries = [
        # SQLModel keeps it under a name of its own.
        getattr(base, "registry", None) or getattr(base, "_sa_registry", base)
        for base in bases
    ]
    return {
        str(mapper.local_table.fullname): mapper.class_
        for registry in registries
        for mapper in getattr(registry, "mappers", ())
        if mapper.local_table is not None
    }


def place(config: Config, table: str, column: str = "") -> tuple[str, int]:
    """Find a declaration.

    Args:
        table: the table's name.
        column: a column's, a constraint's or an index's name in it.

    Returns:
        The file from the service's folder on and the line: the class's where the name does not
        stand in it; nothing (an empty text and 0) where no model declares the table.
    """
    model = places(config).get(table)
    if model is None:
        return "", 0
    try:
        lines, first = inspect.getsourcelines(model)
        file = Path(inspect.getsourcefile(model) or "").relative_to(config.root)
    except (OSError, TypeError, ValueError):
        return "", 0
    said = re.compile(rf"^\s*{re.escape(column)}\s*[:=]|[\"']{re.escape(column)}[\"']")
    found = (number for number, line in enumerate(lines, first) if column and said.search(line))
    return file.as_posix(), next(found, first)
