"""MySQL and MariaDB: what they can do while a table is used."""

import re
from collections.abc import Collection

from sqlalchemy.engine.interfaces import DBAPICursor

from stratakit.lint.trace.observers.base import Parameters, StatementObserver
from stratakit.lint.trace.relation import Column, Constraint, Index, Table
from stratakit.lint.trace.statement import Statement

PROBE = "strata_probe"
ALTER = re.compile(r"\s*ALTER\s+TABLE\s+(?:`[^`]+`|[\w.]+)", re.IGNORECASE)
COPIED = re.compile(r"\b(?:ENGINE|PARTITION\s+BY|REMOVE\s+PARTITIONING)\b", re.IGNORECASE)
PARTITIONS = re.compile(r"\s*(?:PARTITION\s+BY|REMOVE\s+PARTITIONING)\b", re.IGNORECASE)
INDEX = re.compile(r"\s*(CREATE\s.*?|DROP\s+INDEX\s.*?)\sON\s+(?:`[^`]+`|\w+)", re.I | re.S)
RENAME = re.compile(r"\bRENAME\s+(TO\b|AS\b|`)", re.IGNORECASE)
# ER_ALTER_OPERATION_NOT_SUPPORTED with and without a reason, ER_WRONG_USAGE.
REFUSED = (1845, 1846, 1221)


class MySQLObserver(StatementObserver):
    """Observes the algorithm of each change of a table."""

    def before(self, statement: Statement, parameters: Parameters) -> None:
        """Ask the server, on an empty copy, if it can do this while the table is used."""
        names = {action.table for action in statement.actions}
        old = [table for name, table in statement.tables_before.items() if table and name in names]
        if len(old) == 1:
            statement.algorithm = _algorithm(self.cursor(), statement.text, old[0].name)

    def read_tables(self, names: Collection[str]) -> dict[str, Table | None]:
        """Read tables and views as they are."""
        cursor = self.cursor()
        return {name: _read_table(cursor, name) for name in names}


def _read_table(cursor: DBAPICursor, name: str) -> Table | None:
    columns = _read_columns(cursor, name)
    if not columns:
        return None
    constraints = _read_constraints(cursor, name)
    indexes = _read_indexes(cursor, name)
    key = indexes["PRIMARY"].columns if "PRIMARY" in indexes else ()
    return Table(name, columns=columns, constraints=constraints, indexes=indexes, key=key)


def _algorithm(cursor: DBAPICursor, text: str, table: str) -> str:
    """Return how the server can do it: instant, inplace (rows are written meanwhile) or copy."""
    if ALTER.match(text):
        rest = ALTER.sub("", text, count=1)
        comma = "" if PARTITIONS.match(rest) else ","
        statement = f"ALTER TABLE {PROBE} {{}}{comma}{rest}"
        clauses = {"instant": "ALGORITHM=INSTANT", "inplace": "ALGORITHM=INPLACE, LOCK=NONE"}
        if COPIED.search(rest):  # MariaDB accepts INSTANT for these, and copies
            del clauses["instant"]
    elif match := INDEX.match(text):
        rest = text[match.end() :].rstrip("; \n")
        statement = f"{match[1]} ON {PROBE}{rest} {{}}"
        clauses = {"inplace": "ALGORITHM=INPLACE LOCK=NONE"}
    else:
        return ""
    if RENAME.search(text):
        return ""
    try:
        for algorithm, clause in clauses.items():
            cursor.execute(f"DROP TABLE IF EXISTS {PROBE}")
            cursor.execute(f"CREATE TABLE {PROBE} LIKE `{table}`")
            try:
                cursor.execute(statement.replace("{}", clause, 1))
            except Exception as error:
                if error.args[0] not in REFUSED:
                    return ""
            else:
                return algorithm
        return "copy"
    finally:
        cursor.execute(f"DROP TABLE IF EXISTS {PROBE}")


def _read_columns(cursor: DBAPICursor, table: str) -> dict[str, Column]:
    cursor.execute(
        "SELECT column_name, column_type, is_nullable, column_default, extra, column_comment, "
        "nullif(collation_name, table_collation) "
        "FROM information_schema.columns JOIN information_schema.tables "
        "USING (table_schema, table_name) "
        "WHERE table_schema = database() AND table_name = %s",
        (table,),
    )
    columns = {}
    for name, type_, nullable, default, extra, comment, collation in cursor.fetchall():
        attributes = (
            type_,
            f"COLLATE {collation}" if collation else "",
            extra,
            f"COMMENT {comment}" if comment else "",
        )
        columns[name] = Column(
            " ".join(filter(None, attributes)),
            nullable == "NO",
            default if default != "NULL" else None,
        )
    return columns


def _read_constraints(cursor: DBAPICursor, table: str) -> dict[str, Constraint]:
    cursor.execute(
        "SELECT constraint_name, constraint_type FROM information_schema.table_constraints "
        "WHERE table_schema = database() AND table_name = %s",
        (table,),
    )
    kinds = {"PRIMARY KEY": "p", "UNIQUE": "u", "FOREIGN KEY": "f", "CHECK": "c"}
    return {name: Constraint(kinds.get(kind, "")) for name, kind in cursor.fetchall()}


def _read_indexes(cursor: DBAPICursor, table: str) -> dict[str, Index]:
    cursor.execute(
        "SELECT index_name, non_unique, column_name FROM information_schema.statistics "
        "WHERE table_schema = database() AND table_name = %s ORDER BY index_name, seq_in_index",
        (table,),
    )
    indexes: dict[str, Index] = {}
    for name, non_unique, column in cursor.fetchall():
        columns = indexes[name].columns if name in indexes else ()
        indexes[name] = Index(not non_unique, (*columns, column))
    return indexes
