"""Where a table or a column is declared: the file and the line of its model."""

import inspect
import re
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData

from stratakit.orm.discovery import REGISTRIES


def classes_by_table(metadata: MetaData) -> dict[str, type[Any]]:
    """Return the mapped classes of some metadata by the names of their tables."""
    return {
        str(mapper.local_table.fullname): mapper.class_
        for registry in metadata.info.get(REGISTRIES, ())
        for mapper in getattr(registry, "mappers", ())
        if mapper.local_table is not None
    }


def locate(metadata: MetaData, root: Path, table: str, column: str = "") -> tuple[str, int]:
    """Find a declaration.

    Args:
        metadata: of the models.
        root: the project's folder.
        table: the table's name.
        column: a column's, a constraint's or an index's name in it.

    Returns:
        The file from the service's folder on and the line: the class's where the name does not
        stand in it; nothing (an empty text and 0) where no model declares the table.
    """
    model = classes_by_table(metadata).get(table)
    if model is None:
        return "", 0
    try:
        lines, first = inspect.getsourcelines(model)
        file = Path(inspect.getsourcefile(model) or "").relative_to(root)
    except (OSError, TypeError, ValueError):
        return "", 0
    said = re.compile(rf"^\s*{re.escape(column)}\s*[:=]|[\"']{re.escape(column)}[\"']")
    found = (number for number, line in enumerate(lines, first) if column and said.search(line))
    return file.as_posix(), next(found, first)
