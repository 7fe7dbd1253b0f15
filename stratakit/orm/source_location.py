"""The declaration of a table or a column: the file and the line of its model."""

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


def find_declaration(
    metadata: MetaData, root: Path, table: str, column: str = ""
) -> tuple[str, int]:
    """Find the file and the line that declare a table or a part of it.

    Args:
        metadata: of the models.
        root: the project's folder.
        table: the table's name.
        column: a column's, a constraint's or an index's name in it.

    Returns:
        The file, relative to the project's folder, and the line, which is the class's if the class
        does not contain the name. An empty text and 0 if no model declares the table.
    """
    model = classes_by_table(metadata).get(table)
    if model is None:
        return "", 0
    try:
        lines, first = inspect.getsourcelines(model)
        file = Path(inspect.getsourcefile(model) or "").relative_to(root)
    except (OSError, TypeError, ValueError):
        return "", 0
    pattern = re.compile(rf"^\s*{re.escape(column)}\s*[:=]|[\"']{re.escape(column)}[\"']")
    numbers = (number for number, line in enumerate(lines, first) if pattern.search(line))
    return file.as_posix(), next(numbers, first) if column else first
