"""Statements for differences on PostgreSQL, from the definitions in its catalog."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from stratakit.adopt.alterations.postgresql import (
    columns,
    objects,
    sequences,
    tables,
    types,
)
from stratakit.adopt.alterations.postgresql.names import CREATION_ORDER, LAST, quote
from stratakit.adopt.alterations.step import COVERED, Step, Steps, find_renames
from stratakit.catalog import Catalog, Difference, ObjectKey

CHANGES = {
    "column": columns.change,
    "table": tables.change,
    "sequence": sequences.change_sequence,
    "enum": types.change_enum,
    "domain": types.change_domain,
    "type": types.change_composite,
}
"""Changes of objects that contain rows, or are used by columns; others are created again."""


def alter(
    expected: Catalog, actual: Catalog, differences: Sequence[Difference], _: Connection
) -> Iterable[tuple[Difference, Steps]]:
    """Return the statements for each difference."""
    renames = find_renames(differences, expected, actual)
    for each in differences:
        if each.key in renames:
            yield each, [Step(0, objects.rename(renames[each.key], each.key.name))]
        elif each.key in renames.values() and each.expected is None:
            yield each, COVERED
        else:
            yield each, [*_alter(each, expected, actual)]


def _alter(difference: Difference, expected: Catalog, actual: Catalog) -> Iterator[Step]:
    key, attribute = difference.key, difference.attribute
    order = _order(key, expected if difference.expected is not None else actual)
    if attribute == "comment":
        yield Step(LAST, objects.comment(key, difference.expected))
    elif attribute and key.kind in CHANGES and not _is_of_view(key, expected):
        yield from (Step(order, sql) for sql in CHANGES[key.kind](difference, expected, actual))
    elif attribute and (state := [*objects.change_state(difference, expected)]):
        yield from (Step(LAST, sql) for sql in state)
    elif key in expected and not _is_known(key, expected):
        return
    else:
        if difference.actual is not None or (attribute and key.kind not in objects.OR_REPLACE):
            for each in actual if key.kind == "table" else ():
                # Another table that is dropped may be referred to.
                if each[:2] == ("foreign key", key.name):
                    yield Step(-_order(each, actual), objects.drop(each))
            yield from (Step(-order, sql) for sql in _drop(key, expected, actual))
        if difference.expected is not None or attribute:
            for each in _with_parts(key, expected):
                order = _order(each, expected)
                yield from (Step(order, sql) for sql in _create(each, expected, actual))


def _is_known(key: ObjectKey, expected: Catalog) -> bool:
    """Return whether the catalog has all that creates an object."""
    if key.kind == "table":
        return tables.is_known(key, expected)
    is_part = key.kind in ("column", "sequence")
    return is_part or objects.is_known(key, expected[key])


def _order(key: ObjectKey, objects_: Catalog) -> int:
    kind = key.kind
    if key.table and ObjectKey("table", "", key.table) not in objects_:
        kind = "part of a view"
    return CREATION_ORDER.get(kind, LAST)


def _drop(key: ObjectKey, expected: Catalog, actual: Catalog) -> Iterator[str]:
    if _is_of_view(key, actual):
        if ObjectKey("view", "", key.table) in expected:
            yield from objects.view_column(key, {}, actual[key])
        else:
            yield ""
    elif key.kind == "column":
        yield f"ALTER TABLE {quote(key.table)} DROP COLUMN {quote(key.name)}"
    elif key.kind == "sequence":
        yield from sequences.drop_sequence(key, expected, actual)
    elif "partition" in actual[key]:
        # It may have been dropped with its parent.
        yield f"DROP TABLE IF EXISTS {quote(key.name)}"
    else:
        yield objects.drop(key, is_foreign="foreign" in actual[key])


def _create(key: ObjectKey, expected: Catalog, actual: Catalog) -> Iterator[str]:
    attributes = expected[key]
    if key.kind == "table":
        yield from tables.create(key, expected)
    elif _is_of_view(key, expected):
        yield from objects.view_column(key, attributes, {})
    elif key.kind == "column" and ObjectKey("table", "", key.table) in actual:
        yield from columns.add(key, expected)
    elif key.kind == "column":
        yield objects.comment(key, attributes["comment"]) if "comment" in attributes else ""
    elif key.kind == "sequence":
        yield from sequences.create_sequence(key, expected, actual)
    else:
        yield from objects.create(key, attributes)


def _with_parts(key: ObjectKey, expected: Catalog) -> Iterable[ObjectKey]:
    """Return a key, and those of all that belongs to a table or a view."""
    if key.kind not in ("table", "view", "materialized view"):
        return [key]
    return [key, *(other for other in expected if other.table == key.name)]


def _is_of_view(key: ObjectKey, objects_: Catalog) -> bool:
    return key.kind == "column" and ObjectKey("table", "", key.table) not in objects_
