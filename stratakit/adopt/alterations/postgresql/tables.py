"""Tables: their creation, storage, row security, partitions and inheritance."""

from collections.abc import Iterator, Sequence

from stratakit.adopt.alterations.postgresql import objects
from stratakit.adopt.alterations.postgresql.columns import define, set_options
from stratakit.adopt.alterations.postgresql.names import quote
from stratakit.adopt.alterations.postgresql.sequences import (
    create_serial,
    own_sequence,
    own_serial,
)
from stratakit.catalog import Catalog, Difference, ObjectKey

IDENTITIES = {"nothing": "NOTHING", "full": "FULL", None: "DEFAULT"}


def is_known(key: ObjectKey, expected: Catalog) -> bool:
    """Return whether the catalog has all that creates a table: not of one of another server."""
    attributes = expected[key]
    is_partition = "partition" in attributes
    return not {"server", "of type"} & attributes.keys() and (
        is_partition or "inherits" not in attributes
    )


def create(key: ObjectKey, expected: Catalog) -> Iterator[str]:
    """Return the statements that create a table with its columns, without its constraints."""
    attributes = expected[key]
    keys = [each for each in expected if each.kind == "column" and each.table == key.name]
    serial = [each for each in keys if own_serial(each, expected)]
    yield from (create_serial(each, expected) for each in serial)
    yield _create_table(key, keys, expected)
    for each in serial:
        sequence = own_sequence(each, expected)
        yield f"ALTER SEQUENCE {sequence} OWNED BY {quote(key.name)}.{quote(each.name)}"
    for attribute in ("row security", "row security forced", "replica identity"):
        if attribute in attributes:
            difference = Difference(key, attribute, attributes[attribute], None)
            yield from change(difference, expected, expected)
    if "comment" in attributes:
        yield objects.comment(key, attributes["comment"])


def _create_table(key: ObjectKey, columns: Sequence[ObjectKey], expected: Catalog) -> str:
    attributes, name = expected[key], quote(key.name)
    unlogged = "UNLOGGED " if "unlogged" in attributes else ""
    by = f" PARTITION BY {attributes['partitioned by']}" if "partitioned by" in attributes else ""
    options = attributes.get("options", "").replace(" ", ", ")
    using = f" WITH ({options})" if options else ""
    if "partition" in attributes:
        parent = f"PARTITION OF {attributes['inherits']} {attributes['partition']}"
        return f"CREATE {unlogged}TABLE {name} {parent}{by}{using}"
    definitions = ", ".join(define(each, expected) for each in columns)
    return f"CREATE {unlogged}TABLE {name} ({definitions}){by}{using}"


def change(difference: Difference, expected: Catalog, before: Catalog) -> Iterator[str]:
    """Return the statements that change one attribute of a table."""
    key, value, actual = difference.key, difference.expected, difference.actual
    name = quote(key.name)
    if difference.attribute == "partition":
        parent = expected[key].get("inherits")
        if value is not None:
            yield f"ALTER TABLE {parent} ATTACH PARTITION {name} {value}"
        elif "inherits" not in expected[key]:
            yield f"ALTER TABLE {before[key].get('inherits')} DETACH PARTITION {name}"
        return
    if difference.attribute == "inherits":
        if "partition" in expected[key] or "partition" in before[key]:
            # It follows from the partition.
            yield ""
            return
        yield from (f"ALTER TABLE {name} NO INHERIT {each}" for each in (actual or "").split())
        yield from (f"ALTER TABLE {name} INHERIT {each}" for each in (value or "").split())
        return
    if clause := _clause(difference, expected):
        yield f"ALTER TABLE {name} {clause}"


def _clause(difference: Difference, expected: Catalog) -> str:
    key, value = difference.key, difference.expected
    match difference.attribute:
        case "unlogged":
            return "SET UNLOGGED" if value else "SET LOGGED"
        case "row security":
            return "ENABLE ROW LEVEL SECURITY" if value else "DISABLE ROW LEVEL SECURITY"
        case "row security forced":
            return f"{'' if value else 'NO '}FORCE ROW LEVEL SECURITY"
        case "options":
            return set_options(value, difference.actual)
        case "access method":
            return f"SET ACCESS METHOD {quote(value or 'heap')}"
        case "replica identity" if value == "index":
            indexes = (
                each.name
                for each, attributes in expected.items()
                if each.table == key.name and "replica identity" in attributes
            )
            index = next(indexes, None)
            return f"REPLICA IDENTITY USING INDEX {quote(index)}" if index else ""
        case "replica identity":
            return f"REPLICA IDENTITY {IDENTITIES[value]}"
    return ""
