"""Columns: their types, defaults, generation and storage."""

from collections.abc import Iterator, Mapping

from stratakit.adopt.alterations.postgresql.names import quote
from stratakit.adopt.alterations.postgresql.sequences import (
    OWN_SEQUENCE,
    create_serial,
    own_sequence,
    own_serial,
)
from stratakit.catalog import Catalog, Difference, ObjectKey

STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
GENERATION = {"always": "ALWAYS", "by default": "BY DEFAULT"}


def change(difference: Difference, expected: Catalog, actual: Catalog) -> Iterator[str]:
    """Return the statements that change one attribute of a column."""
    key, value = difference.key, difference.expected
    table, column = quote(key.table), quote(key.name)
    attribute = difference.attribute
    if attribute in ("generated", "expression"):
        if value is None:
            if attribute == "generated":
                yield f"ALTER TABLE {table} ALTER COLUMN {column} DROP EXPRESSION"
            else:
                yield ""
            return
        # What is generated is lost by no drop.
        yield f"ALTER TABLE {table} DROP COLUMN {column}"
        yield from add(key, expected)
        return
    if attribute in ("type", "collation"):
        yield from _change_type(key, expected, actual)
        return
    if clause := _clause(attribute, value, key, expected, actual):
        yield f"ALTER TABLE {table} ALTER COLUMN {column} {clause}"
    if attribute in ("storage", "statistics", "compression", "options"):
        yield from _storage(key, attribute, difference)


def add(key: ObjectKey, expected: Catalog) -> Iterator[str]:
    """Return the statements that add a column."""
    sequence = own_serial(key, expected)
    if sequence:
        yield create_serial(key, expected)
    yield f"ALTER TABLE {quote(key.table)} ADD COLUMN {define(key, expected)}"
    if sequence:
        yield f"ALTER SEQUENCE {sequence} OWNED BY {quote(key.table)}.{quote(key.name)}"


def define(key: ObjectKey, expected: Catalog) -> str:
    """Return the definition of a column, as CREATE TABLE and ADD COLUMN contain it."""
    attributes = expected[key]
    parts = [quote(key.name), attributes["type"]]
    if "collation" in attributes:
        parts.append(f"COLLATE {attributes['collation']}")
    if "generated" in attributes:
        kind = attributes["generated"].upper()
        parts.append(f"GENERATED ALWAYS AS ({attributes['expression']}) {kind}")
    elif "identity" in attributes:
        named = own_sequence(key, expected)
        parts.append(f"GENERATED {GENERATION[attributes['identity']]} AS IDENTITY")
        parts.append(f"(SEQUENCE NAME {named})" if named else "")
    elif default := _default(key, expected):
        parts.append(f"DEFAULT {default}")
    if "not null" in attributes:
        parts.append("NOT NULL")
    return " ".join(filter(None, parts))


def _default(key: ObjectKey, objects: Catalog) -> str | None:
    default = objects[key].get("default")
    if default == OWN_SEQUENCE:
        return f"nextval('{own_sequence(key, objects)}'::regclass)"
    return default


def _change_type(key: ObjectKey, expected: Catalog, actual: Catalog) -> Iterator[str]:
    head = f"ALTER TABLE {quote(key.table)} ALTER COLUMN {quote(key.name)}"
    attributes = expected[key]
    has_default = "default" in actual[key] and "generated" not in actual[key]
    if has_default:
        yield f"{head} DROP DEFAULT"
    collation = attributes.get("collation")
    if collation is None and "collation" in actual[key]:
        collation = '"default"'
    clause = f" COLLATE {collation}" if collation else ""
    yield (
        f"{head} TYPE {attributes['type']}{clause} USING {quote(key.name)}::{attributes['type']}"
    )
    if has_default and (default := _default(key, expected)):
        yield f"{head} SET DEFAULT {default}"


def _clause(
    attribute: str, value: str | None, key: ObjectKey, expected: Catalog, actual: Catalog
) -> str:
    match attribute, value:
        case "not null", "yes":
            return "SET NOT NULL"
        case "not null", None:
            return "DROP NOT NULL"
        case "default", None:
            return "DROP DEFAULT"
        case "default", _:
            return f"SET DEFAULT {_default(key, expected)}"
        case "identity", None:
            return "DROP IDENTITY"
        case "identity", str():
            generated = f"GENERATED {GENERATION[value]}"
            is_new = "identity" not in actual[key]
            return f"ADD {generated} AS IDENTITY" if is_new else f"SET {generated}"
    return ""


def _storage(key: ObjectKey, attribute: str, difference: Difference) -> Iterator[str]:
    value, actual = difference.expected, difference.actual
    clauses: Mapping[str, str] = {
        "storage": f"SET STORAGE {STORAGE.get(value or '', 'DEFAULT')}",
        "statistics": f"SET STATISTICS {value or -1}",
        "compression": f"SET COMPRESSION {({'p': 'pglz', 'l': 'lz4'}).get(value or '', 'default')}",
        "options": set_options(value, actual),
    }
    yield f"ALTER TABLE {quote(key.table)} ALTER COLUMN {quote(key.name)} {clauses[attribute]}"


def set_options(value: str | None, actual: str | None) -> str:
    """Return the clause that gives a table, a view, an index or a column its options.

    Args:
        value: the options, such as `fillfactor=70`, separated by spaces.
        actual: those that it has.
    """
    if value:
        return f"SET ({value.replace(' ', ', ')})"
    names = (option.partition("=")[0] for option in (actual or "").split())
    return f"RESET ({', '.join(names)})"
