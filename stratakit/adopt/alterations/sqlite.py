"""Statements for differences on SQLite, from the statements that it stores.

A change of a table, which SQLite cannot alter, creates the table again and copies its rows:
https://sqlite.org/lang_altertable.html#otheralter
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from stratakit.adopt.alterations.step import Step, Steps
from stratakit.catalog import Catalog, Difference, ObjectKey

NAME = re.compile(
    r'(\s*CREATE\s+TABLE\s+)("(?:[^"]|"")*"|`[^`]*`|\[[^]]*\]|\S+?)(?=\s*\(|\s)', re.I
)
COPY = "_stratakit_copy"
DROP_ORDER, TABLE_ORDER, PART_ORDER, VIEW_ORDER = -1, 0, 1, 2
APART = {"index", "trigger", "view"}
"""Kinds of objects that a statement of their own creates."""
DROPS_COLUMNS = (3, 35)
"""The first version of SQLite that drops a column."""
LEGACY = Step(TABLE_ORDER, "PRAGMA legacy_alter_table = ON")
"""By the name alone: a view or a trigger may refer to a table while it is gone."""
Parts = dict[str, str]


def alter(
    expected: Catalog,
    actual: Catalog,
    differences: Sequence[Difference],
    at_expected: Connection,
) -> Iterable[tuple[Difference, Steps]]:
    """Return the statements for each difference."""
    recreated = {
        each.key.table or each.key.name
        for each in differences
        if each.key.kind not in APART
        and (each.attribute or each.key.kind != "table")
        and "virtual" not in expected.get(ObjectKey("table", "", each.key.table), {})
    }
    extra = {each.key for each in differences if not each.attribute and each.expected is None}
    version = at_expected.dialect.server_version_info or ()
    shortened = {
        table
        for table in recreated
        if version >= DROPS_COLUMNS and _has_only_more_columns(table, expected, actual, differences)
    }
    for each in differences:
        key = each.key
        table = key.table or key.name
        if table in recreated and key.kind == "column" and table in shortened:
            yield each, [LEGACY, _drop_column(key)]
        elif table in recreated and table not in shortened and key.kind != "view":
            parts = [other for other in actual if other.table == table and other not in extra]
            yield each, [*_recreate(table, expected, actual, parts, at_expected)]
        else:
            yield each, [*_replace(each, at_expected)]


def _has_only_more_columns(
    table: str, expected: Catalog, actual: Catalog, differences: Sequence[Difference]
) -> bool:
    """Return whether a table needs nothing but that SQLite drops columns.

    It refuses to drop one that a constraint, a generated column or an index uses.
    """
    own = [each for each in differences if (each.key.table or each.key.name) == table]
    unequal = {key for key in actual if key.table == table and actual[key] != expected.get(key)}
    return unequal <= {each.key for each in own} and all(
        each.key.kind in APART
        or (
            (each.key.kind, each.attribute, each.expected) == ("column", "", None)
            and "generated" not in actual[each.key]
        )
        for each in own
    )


def _drop_column(key: ObjectKey) -> Step:
    return Step(TABLE_ORDER, f"ALTER TABLE {_quote(key.table)} DROP COLUMN {_quote(key.name)}")


def _replace(difference: Difference, at_expected: Connection) -> Iterator[Step]:
    key = difference.key
    if difference.attribute or difference.expected is None:
        yield Step(DROP_ORDER, f"DROP {key.kind.upper()} IF EXISTS {_quote(key.name)}")
    if difference.attribute or difference.expected is not None:
        order = {"table": TABLE_ORDER, "view": VIEW_ORDER}.get(key.kind, PART_ORDER)
        yield Step(order, _stored(at_expected, "name", key.name)[key.name])
        if key.kind == "table":
            parts = _stored(at_expected, "tbl_name", key.name)
            yield from (Step(PART_ORDER, sql) for name, sql in parts.items() if name != key.name)


def _recreate(
    table: str,
    expected: Catalog,
    actual: Catalog,
    parts: Sequence[ObjectKey],
    at_expected: Connection,
) -> Iterator[Step]:
    stored = _stored(at_expected, "tbl_name", table)
    copy = _quote(f"{COPY}_{table}")
    columns = ", ".join(
        _quote(key.name)
        for key, attributes in expected.items()
        if key.kind == "column"
        and key.table == table
        and "generated" not in attributes
        and "generated" not in actual.get(key, {"generated": ""})
    )
    yield LEGACY
    yield Step(TABLE_ORDER, NAME.sub(rf"\g<1>{copy}", stored.pop(table), count=1))
    if columns:
        source = f"SELECT {columns} FROM {_quote(table)}"
        yield Step(TABLE_ORDER, f"INSERT INTO {copy} ({columns}) {source}")
    yield Step(TABLE_ORDER, f"DROP TABLE {_quote(table)}")
    yield Step(TABLE_ORDER, f"ALTER TABLE {copy} RENAME TO {_quote(table)}")
    yield from (Step(PART_ORDER, sql) for sql in stored.values())


def _stored(connection: Connection, column: str, name: str) -> Parts:
    """Return the statements of a table and its parts, or of one object, by their names."""
    query = (
        f"SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND {column} = ? ORDER BY rowid"
    )
    return {row.name: row.sql for row in connection.exec_driver_sql(query, (name,))}


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
