"""One statement of an alteration, and the objects that only have another name."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from stratakit.catalog import Catalog, Difference, ObjectKey

RENAMED_KINDS = {
    "primary key", "foreign key", "unique constraint", "check constraint", "exclusion constraint",
    "index",
}  # fmt: skip


class Step(NamedTuple):
    """One statement.

    Args:
        order: its place among the others; drops are below zero.
        sql: the statement; empty if a statement for another difference does it, too.
    """

    order: int
    sql: str


Steps = Sequence[Step]
COVERED: Steps = (Step(0, ""),)
"""The steps of a difference that a statement for another one removes."""

Alter = Callable[
    [Catalog, Catalog, Sequence[Difference], Connection], Iterable[tuple[Difference, Steps]]
]


def find_renames(
    differences: Sequence[Difference], expected: Catalog, actual: Catalog
) -> dict[ObjectKey, ObjectKey]:
    """Return the missing constraints and indexes that exist under another name.

    Returns:
        The key of each, with the one that it has in the database.
    """
    extra = [each.key for each in differences if not each.attribute and each.expected is None]
    renames: dict[ObjectKey, ObjectKey] = {}
    for each in differences:
        if each.attribute or each.actual is not None or each.key.kind not in RENAMED_KINDS:
            continue
        for key in extra:
            is_same = key[:2] == each.key[:2] and actual[key] == expected[each.key]
            if is_same and key not in renames.values():
                renames[each.key] = key
                break
    return renames
