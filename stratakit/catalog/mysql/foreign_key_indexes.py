"""Indexes that foreign keys need: the server creates them, and refuses to drop the last one.

https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
"""

from collections.abc import Iterable, Mapping

from stratakit.catalog.model import Catalog, ObjectKey

INDEXES = ("index", "unique constraint", "primary key")


def implied_indexes(
    objects: Iterable[tuple[ObjectKey, Mapping[str, object]]],
) -> set[tuple[ObjectKey, object]]:
    """Return what the indexes of foreign keys may look like if the server has created them.

    Args:
        objects: those of a database, with their attributes.

    Returns:
        The keys of such indexes, each with its columns.
    """
    return {
        (ObjectKey("index", key.table, name), attributes["columns"])
        for key, attributes in objects
        if key.kind == "foreign key"
        for name in (key.name, str(attributes["columns"]).partition(",")[0])
    }


def serves_foreign_key(index: ObjectKey, actual: Catalog, expected: Catalog) -> bool:
    """Return whether a foreign key has no other index, so that the server keeps this one.

    Args:
        index: an index that is to be dropped.
        actual: the catalog that has it.
        expected: the catalog without it.
    """
    covered = f"{actual[index]['columns']}, "
    foreign_keys, others = (
        [
            f"{attributes['columns']}, "
            for key, attributes in expected.items()
            if key.table == index.table and key.kind in kinds
        ]
        for kinds in (("foreign key",), INDEXES)
    )
    return any(
        covered.startswith(columns) and not any(each.startswith(columns) for each in others)
        for columns in foreign_keys
    )
