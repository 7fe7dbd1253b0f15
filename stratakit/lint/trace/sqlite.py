"""What SQLite tells of a revision at work: what its tables hold before and behind it."""

import re
from collections.abc import Iterator
from typing import Any

from alembic.operations.ops import DropConstraintOp
from sqlalchemy import Connection

from stratakit.catalog import NOT_COMPARED
from stratakit.lint.trace.model import Statement, Step
from stratakit.lint.trace.relation import Column, Constraint, Index, Table
from stratakit.sql.parser import parse

DROP = re.compile(r"\bDROP\s+(?:TRIGGER|INDEX|VIEW|TABLE)\s+(?:IF\s+EXISTS\s+)?[\"`]?(\w+)", re.I)


class SQLite:
    """Looks at one run of a revision."""

    def __init__(self, connection: Connection, watermark: int | None = None) -> None:
        self.watermark = 0

    def tables(self, cursor: Any, names: set[str]) -> dict[str, Table | None]:
        """Tell tables as they stand."""
        asked = cursor.connection.cursor()
        return {name: _table(asked, name) for name in names}

    def before(self, cursor: Any, statement: Statement, parameters: Any) -> None:
        """Nothing has to be noted."""

    def after(self, cursor: Any, statement: Statement) -> None:
        """Nothing is left behind by a lock."""


def _table(asked: Any, name: str) -> Table | None:
    found = asked.execute("SELECT type, sql, tbl_name FROM sqlite_master WHERE name = ?", (name,))
    row = found.fetchone()
    if row is None:
        return None
    kind, _, owner = row
    if kind == "index":
        indexes = asked.execute(f'PRAGMA index_list("{owner}")').fetchall()
        unique = any(row[1] == name and row[2] for row in indexes)
        return Table(name, "i", parent=owner, indexes={name: Index(unique, True, "")})
    table = Table(name, "v" if kind == "view" else "r")
    for _, column, type_, not_null, default, _ in asked.execute(f'PRAGMA table_info("{name}")'):
        table.columns[column] = Column(type_.lower(), bool(not_null), default)
    for _, index, unique, *_ in asked.execute(f'PRAGMA index_list("{name}")').fetchall():
        columns = [row[2] for row in asked.execute(f'PRAGMA index_info("{index}")')]
        table.indexes[index] = Index(bool(unique), True, "", tuple(c for c in columns if c))
    for number, _, referred, column, *_ in asked.execute(f'PRAGMA foreign_key_list("{name}")'):
        table.constraints[f"fk{number}"] = Constraint("f", True, "", (column,), referred)
    return table


def contents(connection: Connection) -> dict[tuple[str, str], str]:
    """The named objects of a database with their SQL, and the rows of each table."""
    found: dict[tuple[str, str], str] = {}
    rows = connection.exec_driver_sql(
        "SELECT type, name, sql, tbl_name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'"
    ).fetchall()
    for kind, name, sql, table in rows:
        if table in NOT_COMPARED:
            continue
        found[kind, name] = sql or ""
        found["table of", name] = table
        if kind == "table":
            count = connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar()
            found["rows", name] = str(count)
    connection.rollback()
    return found


def losses(
    step: Step, before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]
) -> list[tuple[int, str]]:
    """What is gone without being named by any statement of a revision.

    Args:
        step: the run of it.
        before: contents before the run.
        after: behind it.

    Returns:
        Each with the line that it is blamed on: that of the first table that was copied.
    """
    copies = [statement for statement, _ in step.acts("recreate table")]
    line = next((statement.line for statement in copies + step.statements), 1)
    return [(line, text) for text in _lost(step, before, after)]


def _lost(
    step: Step, before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]
) -> Iterator[str]:
    named = set(_dropped(step))
    checks = sum(_drops_a_check(call.operation) for call in step.calls)
    for (kind, name), value in before.items():
        if kind in ("trigger", "index", "view") and (kind, name) not in after:
            owned = kind == "view" or ("table", before["table of", name]) in after
            if name not in named and owned:
                yield f"{kind} {name} is gone"
        elif kind == "index":
            for word in ("DESC", "COLLATE", "WHERE"):
                if _says(value, word) and not _says(after[kind, name], word):
                    yield f"{word} of index {name} is gone"
        elif kind == "table" and (kind, name) in after:
            gone = _checks(value) - _checks(after[kind, name]) - checks
            if gone > 0:
                yield f"{gone} CHECK of {name} is gone"
            for word in _words(name, value, after[kind, name]):
                yield f"{word} is gone"
        elif kind == "rows" and ("table", name) in after and name not in named:
            left = int(after.get((kind, name), "0"))
            if left < int(value):
                yield f"{int(value) - left} of {value} rows of {name} are gone"


def _dropped(step: Step) -> Iterator[str]:
    """What a revision drops or empties by name."""
    for statement in step.statements:
        for found in DROP.finditer(statement.text):
            yield found[1]
    for _, act in step.acts("delete", "truncate"):
        yield act.table
    for call in step.calls:
        yield str(getattr(call.operation, "index_name", ""))


def _drops_a_check(operation: Any) -> bool:
    return isinstance(operation, DropConstraintOp) and operation.constraint_type == "check"


def _checks(sql: str) -> int:
    return len(re.findall(r"\bCHECK\s*\(", sql, re.IGNORECASE))


def _words(table: str, before: str, after: str) -> Iterator[str]:
    """What a table's declaration said before and does not say any more."""
    then, now = _declared(before), _declared(after)
    for name, text in then.items():
        for word in ("AUTOINCREMENT", "COLLATE", "STRICT", "WITHOUT ROWID"):
            if name in now and _says(text, word) and not _says(now[name], word):
                yield f"{word} of {f'{table}.{name}' if name else table}"
        for word in ("ON CONFLICT", "DEFERRABLE"):  # may have moved to the table's end
            if name in now and _says(text, word) and not _says(after, word):
                yield f"{word} of {table}.{name}"


def _says(sql: str, word: str) -> bool:
    return re.search(rf"\b{word}\b", sql, re.IGNORECASE) is not None


def _declared(sql: str) -> dict[str, str]:
    """The declaration of each column, and of the table itself without a name."""
    told = {}
    for act in parse(sql):
        if act.kind == "declare column":
            told[act.name] = act.text
        elif act.kind == "create table":
            told[""] = act.text
    return told
