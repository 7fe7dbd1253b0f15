"""What MySQL and MariaDB tell of a revision at work: what they can do while a table is used."""

import re
from typing import Any

from sqlalchemy import Connection

from stratakit.lint.trace.model import Statement
from stratakit.lint.trace.relation import Column, Constraint, Index, Table

PROBE = "strata_probe"
ALTER = re.compile(r"\s*ALTER\s+TABLE\s+(?:`[^`]+`|[\w.]+)", re.IGNORECASE)
COPIED = re.compile(r"\b(?:ENGINE|PARTITION\s+BY|REMOVE\s+PARTITIONING)\b", re.IGNORECASE)
PARTITIONS = re.compile(r"\s*(?:PARTITION\s+BY|REMOVE\s+PARTITIONING)\b", re.IGNORECASE)
INDEX = re.compile(r"\s*(CREATE\s.*?|DROP\s+INDEX\s.*?)\sON\s+(?:`[^`]+`|\w+)", re.I | re.S)


class MySQL:
    """Looks at one run of a revision."""

    def __init__(self, connection: Connection, watermark: int | None = None) -> None:
        self.watermark = 0

    def tables(self, cursor: Any, names: set[str]) -> dict[str, Table | None]:
        """Tell tables as they stand."""
        asked = cursor.connection.cursor()
        return {name: _table(asked, name) for name in names}

    def before(self, cursor: Any, statement: Statement, parameters: Any) -> None:
        """Ask the server, on an empty copy, whether it could do this while the table is used."""
        named = {act.table for act in statement.acts}
        olds = [table for name, table in statement.before.items() if table and name in named]
        if len(olds) != 1:
            return
        statement.online = _online(cursor, statement.text, olds[0].name)

    def after(self, cursor: Any, statement: Statement) -> None:
        """Nothing is left behind by a lock."""


def _online(cursor: Any, text: str, table: str) -> str:
    """How the server can do it: instant, inplace (rows are written meanwhile) or copy."""
    asked = cursor.connection.cursor()
    if ALTER.match(text):
        rest = ALTER.sub("", text, count=1)
        comma = "" if PARTITIONS.match(rest) else ","
        statement = f"ALTER TABLE {PROBE} {{}}{comma}{rest}"
        forms = {"instant": "ALGORITHM=INSTANT", "inplace": "ALGORITHM=INPLACE, LOCK=NONE"}
        if COPIED.search(rest):  # MariaDB lets INSTANT pass there, and copies
            del forms["instant"]
    elif found := INDEX.match(text):
        rest = text[found.end() :].rstrip("; \n")
        statement = f"{found[1]} ON {PROBE}{rest} {{}}"
        forms = {"inplace": "ALGORITHM=INPLACE LOCK=NONE"}
    else:
        return ""
    if re.search(r"\bRENAME\s+(TO\b|AS\b|`)", text, re.IGNORECASE):
        return ""
    try:
        for way, form in forms.items():
            asked.execute(f"DROP TABLE IF EXISTS {PROBE}")
            asked.execute(f"CREATE TABLE {PROBE} LIKE `{table}`")
            try:
                asked.execute(statement.replace("{}", form, 1))
            except Exception as error:
                if error.args[0] not in (1845, 1846, 1221):
                    return ""
            else:
                return way
        return "copy"
    finally:
        asked.execute(f"DROP TABLE IF EXISTS {PROBE}")


def _table(asked: Any, name: str) -> Table | None:
    asked.execute(
        "SELECT column_name, column_type, is_nullable, column_default, extra, column_comment, "
        "nullif(collation_name, table_collation) "
        "FROM information_schema.columns JOIN information_schema.tables "
        "USING (table_schema, table_name) "
        "WHERE table_schema = database() AND table_name = %s",
        (name,),
    )
    rows = asked.fetchall()
    if not rows:
        return None
    table = Table(name)
    for column, type_, nullable, default, extra, comment, collation in rows:
        told = [
            f"COLLATE {collation}" if collation else "",
            extra,
            f"COMMENT {comment}" if comment else "",
        ]
        default = default if default not in (None, "NULL") else None
        table.columns[column] = Column(
            " ".join([type_, *filter(None, told)]), nullable == "NO", default, bool(extra)
        )
    asked.execute(
        "SELECT constraint_name, constraint_type FROM information_schema.table_constraints "
        "WHERE table_schema = database() AND table_name = %s",
        (name,),
    )
    kinds = {"PRIMARY KEY": "p", "UNIQUE": "u", "FOREIGN KEY": "f", "CHECK": "c"}
    for constraint, kind in asked.fetchall():
        table.constraints[constraint] = Constraint(kinds.get(kind, ""), True, "")
    asked.execute(
        "SELECT index_name, non_unique, column_name FROM information_schema.statistics "
        "WHERE table_schema = database() AND table_name = %s ORDER BY index_name, seq_in_index",
        (name,),
    )
    for index, many, column in asked.fetchall():
        known = table.indexes.get(index, Index(not many, True, ""))
        table.indexes[index] = Index(known.unique, True, "", (*known.columns, column))
    return table
