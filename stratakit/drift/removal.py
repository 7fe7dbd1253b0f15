"""The SQL that drops what a database has and its revision does not create.

Alembic's comparison knows tables, columns, constraints and indexes. The other kinds are here.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy.sql.compiler import IdentifierPreparer

from stratakit.catalog import Difference

BY_NAME = {
    "view": "VIEW",
    "materialized view": "MATERIALIZED VIEW",
    "sequence": "SEQUENCE",
    "enum": "TYPE",
    "domain": "DOMAIN",
    "type": "TYPE",
    "schema": "SCHEMA",
    "extension": "EXTENSION",
    "collation": "COLLATION",
    "event trigger": "EVENT TRIGGER",
    "publication": "PUBLICATION",
    "foreign server": "SERVER",
    "foreign data wrapper": "FOREIGN DATA WRAPPER",
    "text search configuration": "TEXT SEARCH CONFIGURATION",
    "text search dictionary": "TEXT SEARCH DICTIONARY",
}
BY_SIGNATURE = {"function": "FUNCTION", "procedure": "PROCEDURE", "aggregate": "AGGREGATE"}
OF_TABLE = {"trigger": "TRIGGER", "policy": "POLICY", "rule": "RULE"}


def removals(
    differences: Iterable[Difference], preparer: IdentifierPreparer, dialect: str
) -> Iterator[str]:
    """Return the statements that drop the unexpected objects.

    Args:
        differences: those of the catalogs.
        preparer: quotes names as the database wants them.
        dialect: SQLAlchemy's name of the dialect.
    """
    for difference in differences:
        key = difference.key
        if difference.attribute or difference.actual is None:
            continue
        if key.kind in BY_NAME and not key.table:
            yield f"DROP {BY_NAME[key.kind]} {_quote(key.name, preparer)};"
        elif key.kind in BY_SIGNATURE:
            name, parenthesis, arguments = key.name.partition("(")
            yield f"DROP {BY_SIGNATURE[key.kind]} {_quote(name, preparer)}{parenthesis}{arguments};"
        elif key.kind in OF_TABLE:
            table = f" ON {_quote(key.table, preparer)}" if dialect == "postgresql" else ""
            yield f"DROP {OF_TABLE[key.kind]} {preparer.quote(key.name)}{table};"


def _quote(name: str, preparer: IdentifierPreparer) -> str:
    """Return a name with its schema, if it has one, each quoted if it has to be."""
    return ".".join(map(preparer.quote, name.split(".")))
