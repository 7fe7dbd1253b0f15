"""Sequences, and those that belong to a column."""

from collections.abc import Iterator, Mapping

from stratakit.adopt.alterations.postgresql.names import quote
from stratakit.catalog import Catalog, Difference, ObjectKey

OWN_SEQUENCE = "the next of its own sequence"
"""The default of a column with a sequence of its own, in a catalog."""
OPTIONS = {
    "type": "AS {}",
    "increment": "INCREMENT {}",
    "minimum": "MINVALUE {}",
    "maximum": "MAXVALUE {}",
    "start": "START {}",
    "cache": "CACHE {}",
}


def change_sequence(difference: Difference, _: Catalog, actual: Catalog) -> Iterator[str]:
    """Return the statement that changes one attribute of a sequence."""
    key, value = difference.key, difference.expected
    name = quote(actual[key].get("named", key.name))
    attribute = difference.attribute
    if attribute == "named" and value:
        yield f"ALTER SEQUENCE {name} RENAME TO {quote(value.rpartition('.')[2])}"
    elif attribute == "cycle":
        yield f"ALTER SEQUENCE {name} {'' if value else 'NO '}CYCLE"
    elif attribute == "unlogged":
        yield f"ALTER SEQUENCE {name} SET {'UN' if value else ''}LOGGED"
    elif attribute in OPTIONS and value:
        yield f"ALTER SEQUENCE {name} {OPTIONS[attribute].format(value)}"


def create_sequence(key: ObjectKey, expected: Catalog, actual: Catalog) -> Iterator[str]:
    """Return the statements that create a sequence, or give a column the one that exists."""
    attributes = expected[key]
    column = expected.get(ObjectKey("column", key.table, key.name), {})
    name = attributes.get("named", key.name)
    if "identity" in column or (ObjectKey("table", "", key.table) not in actual and key.table):
        # The column, or its table, brings it.
        yield ""
        return
    if ObjectKey("sequence", "", name) not in actual:
        yield f"CREATE SEQUENCE IF NOT EXISTS {quote(name)} {_options(attributes)}"
    if key.table and ObjectKey("column", key.table, key.name) in actual:
        yield f"ALTER SEQUENCE {quote(name)} OWNED BY {quote(key.table)}.{quote(key.name)}"


def drop_sequence(key: ObjectKey, expected: Catalog, actual: Catalog) -> Iterator[str]:
    """Return the statements that drop a sequence, unless a column keeps it or it goes with one."""
    column = ObjectKey("column", key.table, key.name)
    name = actual[key].get("named", key.name)
    wanted = {attributes.get("named") for each, attributes in expected.items() if each.table}
    if "identity" in actual.get(column, {}) or (key.table and column not in expected):
        yield ""
    elif not key.table and key.name in wanted:
        # It is given to the column that shall own it.
        yield ""
    elif ObjectKey("sequence", "", name) in expected:
        yield f"ALTER SEQUENCE {quote(name)} OWNED BY NONE"
    else:
        if actual.get(column, {}).get("default") == OWN_SEQUENCE:
            yield f"ALTER TABLE {quote(key.table)} ALTER COLUMN {quote(key.name)} DROP DEFAULT"
        yield f"DROP SEQUENCE {quote(name)}"


def own_sequence(key: ObjectKey, objects: Catalog) -> str:
    """Return the quoted name of the sequence that belongs to a column; empty if it has none."""
    sequence = objects.get(ObjectKey("sequence", key.table, key.name), {})
    return quote(sequence["named"]) if "named" in sequence else ""


def own_serial(key: ObjectKey, objects: Catalog) -> str:
    """Return the quoted name of the sequence of a column that is no identity; else empty."""
    return "" if "identity" in objects[key] else own_sequence(key, objects)


def create_serial(key: ObjectKey, objects: Catalog) -> str:
    """Return the statement that creates the sequence of a column, which may exist."""
    attributes = objects[ObjectKey("sequence", key.table, key.name)]
    name = own_sequence(key, objects)
    return f"CREATE SEQUENCE IF NOT EXISTS {name} {_options(attributes)}".rstrip()


def _options(attributes: Mapping[str, str]) -> str:
    options = [
        text.format(attributes[name]) for name, text in OPTIONS.items() if name in attributes
    ]
    return " ".join([*options, "CYCLE" if "cycle" in attributes else ""]).strip()
