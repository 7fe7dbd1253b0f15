"""Names and values as PostgreSQL's statements write them."""

import re

from stratakit.catalog import ObjectKey
from stratakit.operations.snippets import quote_name

CREATION_ORDER = {
    kind: number
    for number, kind in enumerate(
        (
            "schema", "extension", "foreign data wrapper", "foreign server", "collation", "enum",
            "type", "domain", "sequence", "function", "procedure", "table", "column",
            "primary key", "unique constraint", "exclusion constraint", "check constraint",
            "index", "foreign key", "view", "materialized view", "part of a view", "statistics",
            "trigger", "rule", "policy", "event trigger", "publication",
        ),
        start=1,
    )
}  # fmt: skip
"""Kinds of objects, each after those that it may need; they are dropped the other way round."""
LAST = len(CREATION_ORDER) + 1
CONSTRAINTS = {
    "primary key", "foreign key", "unique constraint", "check constraint", "exclusion constraint",
    "constraint trigger",
}  # fmt: skip
ROUTINES = {"function", "procedure", "aggregate"}
OF_A_TABLE = {"trigger", "rule", "policy"}
WORDS = {"enum": "TYPE", "foreign server": "SERVER"}


def quote(name: str) -> str:
    """Return a name as a statement writes it; that of a table may include its schema."""
    return quote_name(name)


def literal(text: str | None) -> str:
    """Return a string as SQL writes it, NULL for none."""
    return "NULL" if text is None else "'" + text.replace("'", "''") + "'"


def within_schema_of(table: str, name: str) -> str:
    """Return the quoted name of an object that is in the schema of its table."""
    schema = table.rpartition(".")[0]
    return f"{quote(schema)}.{quote(name)}" if schema else quote(name)


def object_name(key: ObjectKey) -> str:
    """Return an object as `COMMENT ON` and `DROP` name it."""
    kind = WORDS.get(key.kind, key.kind.upper())
    if key.kind in CONSTRAINTS:
        return f"CONSTRAINT {quote(key.name)} ON {quote(key.table)}"
    if key.kind in OF_A_TABLE:
        return f"{kind} {quote(key.name)} ON {quote(key.table)}"
    if key.kind == "column":
        return f"COLUMN {quote(key.table)}.{quote(key.name)}"
    if key.kind in ("index", "statistics"):
        return f"{kind} {within_schema_of(key.table, key.name)}"
    if key.kind in ROUTINES:
        name, parenthesis, arguments = key.name.partition("(")
        return f"{kind} {quote(name)}{parenthesis}{arguments}"
    if key.kind == "cast":
        source, _, target = key.name.partition(" as ")
        return f"CAST ({source} AS {target})"
    if key.kind == "operator":
        name, _, operands = key.name.partition("(")
        return f"OPERATOR {name} ({operands.replace('-, ', 'NONE, ')}"
    if key.kind == "operator class":
        name, _, method = key.name.partition(" using ")
        return f"OPERATOR CLASS {quote(name)} USING {method}"
    return f"{kind} {quote(key.name)}"


def quoted_values(text: str | None) -> list[str]:
    """Return the values of an enum, each in its quotes."""
    return re.findall(r"'(?:[^']|'')*'", text or "")
