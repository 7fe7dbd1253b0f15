"""Enums, domains and composite types."""

import re
from collections.abc import Iterator

from stratakit.adopt.alterations.postgresql.names import quote, quoted_values
from stratakit.catalog import Catalog, Difference, ObjectKey

CHECK = re.compile(r"(\S+) (CHECK \(.*?\))(?:, (?=\S+ CHECK \()|$)", re.DOTALL)
COMMA = re.compile(r", (?![^(]*\))")


def change_enum(difference: Difference, expected: Catalog, actual: Catalog) -> Iterator[str]:
    """Return the statements that give an enum its values.

    A value is added or renamed in place. Otherwise the type is created again, which fails while a
    row has a value that it loses.
    """
    name = quote(difference.key.name)
    before, after = quoted_values(difference.actual), quoted_values(difference.expected)
    common = [each for each in before if each in after]
    is_renamed = len(before) == len(after) and all(
        (old == new) or (old not in after and new not in before)
        for old, new in zip(before, after, strict=True)
    )
    if common == before and common == [each for each in after if each in before]:
        for number, value in enumerate(after):
            if value not in before:
                place = f" AFTER {after[number - 1]}" if number else f" BEFORE {after[1]}"
                yield f"ALTER TYPE {name} ADD VALUE {value}{place if len(after) > 1 else ''}"
    elif is_renamed:
        for old, new in zip(before, after, strict=True):
            if old != new:
                yield f"ALTER TYPE {name} RENAME VALUE {old} TO {new}"
    else:
        yield from _recreate_enum(difference.key, after, expected, actual)


def change_domain(difference: Difference, _expected: Catalog, _actual: Catalog) -> Iterator[str]:
    """Return the statements that change one attribute of a domain."""
    head = f"ALTER DOMAIN {quote(difference.key.name)}"
    value = difference.expected
    match difference.attribute:
        case "not null":
            yield f"{head} {'SET' if value else 'DROP'} NOT NULL"
        case "default":
            yield f"{head} SET DEFAULT {value}" if value else f"{head} DROP DEFAULT"
        case "checks":
            before = dict(CHECK.findall(difference.actual or ""))
            after = dict(CHECK.findall(value or ""))
            for check in before.keys() - after.keys():
                yield f"{head} DROP CONSTRAINT {quote(check)}"
            for check, definition in after.items():
                if before.get(check, definition) != definition:
                    yield f"{head} DROP CONSTRAINT {quote(check)}"
                if before.get(check) != definition:
                    yield f"{head} ADD CONSTRAINT {quote(check)} {definition}"


def change_composite(difference: Difference, _expected: Catalog, _actual: Catalog) -> Iterator[str]:
    """Return the statements that change the attributes of a composite type."""
    if difference.attribute != "attributes":
        return
    before = [part.partition(" ")[::2] for part in COMMA.split(difference.actual or "")]
    after = [part.partition(" ")[::2] for part in COMMA.split(difference.expected or "")]
    head = f"ALTER TYPE {quote(difference.key.name)}"
    types = dict(before)
    for name, _ in before:
        if name not in dict(after):
            yield f"{head} DROP ATTRIBUTE {quote(name)}"
    for name, type_ in after:
        if name not in types:
            yield f"{head} ADD ATTRIBUTE {quote(name)} {type_}"
        elif types[name] != type_:
            yield f"{head} ALTER ATTRIBUTE {quote(name)} TYPE {type_}"


def _recreate_enum(
    key: ObjectKey, values: list[str], expected: Catalog, actual: Catalog
) -> Iterator[str]:
    name, schema = quote(key.name), key.name.rpartition(".")[0]
    old = f"{key.name.rpartition('.')[2]}_before"
    yield f"ALTER TYPE {name} RENAME TO {quote(old)}"
    yield f"CREATE TYPE {name} AS ENUM ({', '.join(values)})"
    for column, attributes in actual.items():
        if column.kind != "column" or attributes.get("type") not in (name, f"{name}[]"):
            continue
        type_ = attributes["type"]
        as_text = "text[]" if type_.endswith("[]") else "text"
        head = f"ALTER TABLE {quote(column.table)} ALTER COLUMN {quote(column.name)}"
        if "default" in attributes:
            yield f"{head} DROP DEFAULT"
        yield f"{head} TYPE {type_} USING {quote(column.name)}::{as_text}::{type_}"
        if default := expected.get(column, {}).get("default"):
            yield f"{head} SET DEFAULT {default}"
    yield f"DROP TYPE {quote(f'{schema}.{old}' if schema else old)}"
