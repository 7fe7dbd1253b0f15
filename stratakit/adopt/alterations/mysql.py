"""Statements for differences on MySQL and MariaDB, from what SHOW CREATE answers."""

import re
from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import Connection

from stratakit.adopt.alterations.step import COVERED, Step, Steps, find_renames
from stratakit.adopt.ddl.mysql import show_create
from stratakit.catalog import Catalog, Difference, ObjectKey

NAME = r"`((?:[^`]|``)+)`"
LINES = {
    "column": re.compile(rf"^  {NAME} "),
    "foreign key": re.compile(rf"^  CONSTRAINT {NAME} FOREIGN KEY"),
    "check constraint": re.compile(rf"^  CONSTRAINT {NAME} CHECK"),
    "index": re.compile(rf"^  (?:UNIQUE |FULLTEXT |SPATIAL |VECTOR )?KEY {NAME}"),
}
"""A line of a CREATE TABLE, by the kind of object that it defines."""
DROPS = {
    "column": "DROP COLUMN",
    "index": "DROP INDEX",
    "foreign key": "DROP FOREIGN KEY",
    "check constraint": "DROP CONSTRAINT",
}
ORDER = {"sequence": 1, "table": 2, "function": 12, "procedure": 12, "view": 13, "trigger": 14,
         "event": 14}  # fmt: skip
"""The order in which objects are created; they are dropped the other way round."""
DROP_KEY, ALTER_TABLE, ADD_KEY = -3, 10, 11
"""The places of the changes of a table: an index may be needed by a foreign key."""


def alter(
    expected: Catalog,
    actual: Catalog,
    differences: Sequence[Difference],
    at_expected: Connection,
) -> Iterable[tuple[Difference, Steps]]:
    """Return the statements for each difference; each is a transaction of its own here."""
    renames = find_renames(differences, expected, actual)
    for each in differences:
        key = each.key
        if key.kind == "index" and key in renames:
            names = f"{_quote(renames[key].name)} TO {_quote(key.name)}"
            sql = f"ALTER TABLE {_quote(key.table)} RENAME INDEX {names}"
            yield each, [Step(ALTER_TABLE, sql)]
        elif key.kind == "index" and each.expected is None and key in renames.values():
            yield each, COVERED
        elif key.kind in ORDER and not (key.kind == "table" and each.attribute):
            yield each, [*_replace(each, expected, actual, at_expected)]
        else:
            steps = _change_table(each, expected, at_expected)
            head = f"ALTER TABLE {_quote(key.table or key.name)}"
            yield each, [Step(order, f"{head} {clause}") for order, clause in steps]


def _replace(
    difference: Difference, expected: Catalog, actual: Catalog, at_expected: Connection
) -> Iterator[Step]:
    key = difference.key
    order = ORDER[key.kind]
    if difference.attribute or difference.expected is None:
        # Another table that is dropped may be referred to.
        for each in actual:
            if each[:2] == ("foreign key", key.name):
                clause = f"DROP FOREIGN KEY {_quote(each.name)}"
                yield Step(DROP_KEY, f"ALTER TABLE {_quote(key.name)} {clause}")
        yield Step(-order, f"DROP {key.kind.upper()} {_quote(key.name)}")
    if not difference.attribute and difference.expected is None:
        return
    created = [key]
    if key.kind == "table":
        created += [each for each in expected if each[:2] == ("trigger", key.name)]
    for each in created:
        sql = _create(at_expected, each)
        if "FOREIGN KEY" in sql and each.kind == "table":
            yield Step(ORDER["sequence"], "SET FOREIGN_KEY_CHECKS = 0")
            yield Step(ADD_KEY + 1, "SET FOREIGN_KEY_CHECKS = 1")
        yield Step(ORDER[each.kind], sql)


def _change_table(
    difference: Difference, expected: Catalog, at_expected: Connection
) -> Iterator[tuple[int, str]]:
    key = difference.key
    is_extra = not difference.attribute and difference.expected is None
    is_replaced = bool(difference.attribute) and key.kind != "column"
    if key.kind not in ("table", "partition") and (is_extra or is_replaced):
        clause = f"{DROPS[key.kind]} {_quote(key.name)}"
        order = DROP_KEY if key.kind == "foreign key" else ALTER_TABLE - 1
        yield order, "DROP PRIMARY KEY" if key.name == "PRIMARY" else clause
    if is_extra and key.kind != "partition":
        return
    sql = _create(at_expected, ObjectKey("table", "", key.table or key.name))
    definition = _Definition(sql)
    if key.kind == "partition":
        yield ALTER_TABLE, definition.partitions or "REMOVE PARTITIONING"
    elif key.kind == "table":
        if clause := _table_clause(difference, definition):
            yield ALTER_TABLE, clause
    elif line := definition.lines.get((key.kind, key.name)):
        if key.kind == "column" and difference.attribute in ("generated", "extra"):
            is_generated = "generated" in expected[key] or "GENERATED" in (difference.actual or "")
            if is_generated:
                yield ALTER_TABLE - 1, f"DROP COLUMN {_quote(key.name)}"
                yield ALTER_TABLE, f"ADD COLUMN {line}"
                return
        verb = "MODIFY COLUMN" if difference.attribute else "ADD COLUMN"
        clause = f"{verb} {line}" if key.kind == "column" else f"ADD {line}"
        yield ADD_KEY if key.kind == "foreign key" else ALTER_TABLE, clause


def _table_clause(difference: Difference, definition: "_Definition") -> str:
    value = difference.expected
    match difference.attribute:
        case "engine":
            return f"ENGINE = {value}"
        case "collation":
            character_set = (value or "").partition("_")[0]
            return f"CONVERT TO CHARACTER SET {character_set} COLLATE {value}"
        case "comment":
            return "COMMENT = '" + (value or "").replace("'", "''") + "'"
        case "system versioned":
            return f"{'ADD' if value else 'DROP'} SYSTEM VERSIONING"
        case "options":
            return value.replace("partitioned", "").strip() if value else "ROW_FORMAT = DEFAULT"
    return ""


def _create(connection: Connection, key: ObjectKey) -> str:
    database = connection.exec_driver_sql("SELECT DATABASE()").scalar_one()
    sql = show_create(connection, key.kind.upper(), key.name).replace(f"`{database}`.", "")
    return re.sub(r" AUTO_INCREMENT=\d+", "", sql.rstrip(";"))


def _quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


class _Definition:
    """A CREATE TABLE, cut into the definitions of its columns, keys and constraints."""

    def __init__(self, sql: str) -> None:
        self.lines: dict[tuple[str, str], str] = {}
        for line in sql.splitlines():
            text = line.strip().rstrip(",")
            if line.startswith("  PRIMARY KEY"):
                self.lines["index", "PRIMARY"] = text
            for kind, pattern in LINES.items():
                if match := pattern.match(line):
                    self.lines[kind, match[1].replace("``", "`")] = text
        tail = sql[sql.rindex("\n)") :] if "\n)" in sql else ""
        partitions = tail.find("PARTITION BY")
        self.partitions = tail[partitions:].strip().rstrip(";") if partitions >= 0 else ""
