"""The parts of a table that Alembic's batch mode loses on SQLite, kept.

A batch operation copies a table to a new one, drops the old one and gives its name to the new one:
https://alembic.sqlalchemy.org/en/latest/batch.html. SQLAlchemy reflects less of a table than SQLite
knows, so the new table would lack it. SQLite also refuses the copy of a generated column, and the
rename below a view: https://www.sqlite.org/lang_altertable.html#caution
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, Inspector, String, Table, event

from stratakit.catalog.sqlite.ddl import (
    batch_table,
    find_option,
    parse_index,
    parse_table,
    words,
)
from stratakit.sql.tokenizer import split_at_commas

COPY = re.compile(
    r'INSERT INTO (?P<into>"?_alembic_tmp_.+?"?) \((?P<columns>.+?)\)'
    r" SELECT (?P<values>.+?)\s+FROM",
    re.DOTALL,
)
RENAME = re.compile(r'\s*ALTER TABLE "?_alembic_tmp_.+?"? RENAME TO ', re.IGNORECASE)
INDEX = re.compile(r'\s*CREATE (?:UNIQUE )?INDEX (?:"(?P<quoted>[^"]+)"|(?P<name>\w+)) ON')
PARAMETER = re.compile(r"(?<!:):\w+(?!:)")
LITERAL = re.compile(r"[-+]?[\w.]+|'(?:[^']|'')*'|\(.*\)", re.DOTALL)
TOKEN = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[(),]|[^'\"(),]+")
TEXTUAL = re.compile("char|text|clob")
OPTIONS = {"strict": "STRICT", "without rowid": "WITHOUT ROWID"}


@contextmanager
def restoring_batches(connection: Connection) -> Iterator[None]:
    """Let recreated tables keep what Alembic does not copy; other databases are left alone.

    These are generated columns, indexes on expressions and in descending order, AUTOINCREMENT,
    collations, STRICT and WITHOUT ROWID, and the views of the table.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    batch = _Batch()
    event.listen(Table, "column_reflect", _reflect_collation)
    event.listen(connection, "before_cursor_execute", batch.before, retval=True)
    event.listen(connection, "after_cursor_execute", batch.after)
    try:
        yield
    finally:
        event.remove(Table, "column_reflect", _reflect_collation)
        event.remove(connection, "before_cursor_execute", batch.before)
        event.remove(connection, "after_cursor_execute", batch.after)


def _reflect_collation(inspector: Inspector, table: Table, column: Any) -> None:
    """Give the type of a reflected column its collation, which an alteration may change."""
    type_ = column["type"]
    if isinstance(type_, String) and inspector.dialect.name == "sqlite":
        with (
            inspector.engine.connect()
            if isinstance(inspector.bind, Engine)
            else nullcontext(inspector.bind) as connection
        ):
            sql = connection.exec_driver_sql(
                "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (table.name,)
            ).scalar()
        definition = parse_table(sql or "").column(column["name"])
        if collation := find_option(definition, "collate"):
            type_.collation = collation.upper()


class _Batch:
    """The table that is being recreated, as it was."""

    def __init__(self) -> None:
        self._table = ""
        self._indexes: dict[str, str] = {}
        self._generated: set[str] = set()

    def before(
        self, _connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any
    ) -> tuple[str, Any]:
        """Return a statement with what it leaves out."""
        if table := batch_table(statement):
            self._table = table
            return self._remember(cursor, statement), parameters
        if self._table and (copy := COPY.match(statement)):
            return self._without_generated(copy, statement), parameters
        if self._table and RENAME.match(statement):
            cursor.execute("PRAGMA legacy_alter_table = ON")
        if found := INDEX.match(statement):
            original = self._indexes.pop(found["quoted"] or found["name"], "")
            return (original if _is_same_to_alembic(original, statement) else statement), parameters
        return statement, parameters

    def after(self, _connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        """Create the indexes again that Alembic does not see."""
        if not self._table or not RENAME.match(statement):
            return
        cursor.execute("PRAGMA legacy_alter_table = OFF")
        self._table = ""
        for name, sql in [*self._indexes.items()]:
            if _is_on_expression(sql):
                cursor.execute(sql)
                del self._indexes[name]

    def _remember(self, cursor: Any, statement: str) -> str:
        cursor.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL",
            (self._table,),
        )
        rows = cursor.fetchall()
        self._indexes = {name: sql for kind, name, sql in rows if kind == "index"}
        quoted = self._table.replace('"', '""')
        cursor.execute(f'PRAGMA table_xinfo("{quoted}")')
        columns = cursor.fetchall()
        self._generated = {row[1] for row in columns if row[6] in (2, 3)}
        (old,) = [sql for kind, _, sql in rows if kind == "table"]
        return _restore_clauses(old, statement, {row[1]: row[4] for row in columns})

    def _without_generated(self, copy: "re.Match[str]", statement: str) -> str:
        if not self._generated:
            return statement
        columns, values = (
            ["".join(words).strip() for words in split_at_commas(TOKEN.findall(copy[each]))]
            for each in ("columns", "values")
        )
        kept = [
            (column, value)
            for column, value in zip(columns, values, strict=True)
            if column.strip('"').replace('""', '"') not in self._generated
        ]
        names, sources = (", ".join(each) for each in zip(*kept, strict=True))
        return (
            f"INSERT INTO {copy['into']} ({names}) SELECT {sources} {statement[copy.end() - 4 :]}"
        )


def _restore_clauses(old: str, new: str, defaults: Mapping[str, str | None]) -> str:
    """Return the statement of a new table with the clauses of the old one that it lacks.

    Args:
        old: the statement of the old table.
        new: the statement.
        defaults: the server default of each column of the old table.
    """
    for default in defaults.values():
        if default and not LITERAL.fullmatch(default):
            # The parentheses around an expression are not reflected.
            new = new.replace(f" DEFAULT {default}", f" DEFAULT ({default})")
    before, after = parse_table(old), parse_table(new)
    changed = {each.name: each.definition for each in after.checks}
    for check in before.checks:
        # SQLAlchemy takes a word after a colon for a parameter without a value.
        reflected = PARAMETER.sub("NULL", check.definition)
        if check.name and check.definition != reflected == changed.get(check.name):
            (source, target) = (_find_check(each, check.name) for each in (old, new))
            new = new.replace(target, source)
    for name in defaults:
        was, becomes = before.column(name), after.column(name)
        collation = find_option(was, "collate")
        is_reflected = TEXTUAL.search(was[0]) if was else None
        if collation and becomes and not is_reflected and was[0] == becomes[0]:
            new = _append(new, name, f"COLLATE {collation}")
        if "autoincrement" in was and becomes and "autoincrement" not in becomes:
            key = rf",\s*(?:CONSTRAINT (?:\"[^\"]+\"|\w+) )?PRIMARY KEY \({_pattern(name)}\)"
            new, count = re.subn(key, "", new)
            new = _append(new, name, "PRIMARY KEY AUTOINCREMENT") if count else new
    body_end = old.rfind(")")
    options = " ".join(words(old[body_end + 1 :]))
    missing = [text for word, text in OPTIONS.items() if word in options]
    return f"{new.rstrip()} {', '.join(missing)}" if missing else new


def _find_check(sql: str, name: str) -> str:
    """Return the text of a CHECK as a statement has it, with its parentheses."""
    start = re.search(rf"(?i)CONSTRAINT\s+{_pattern(name)}\s+CHECK\s*(?=\()", sql)
    if not start:
        return sql
    depth, text = 0, ""
    for token in TOKEN.findall(sql[start.end() :]):
        text += token
        depth += (token == "(") - (token == ")")
        if depth == 0:
            break
    return text


def _append(sql: str, column: str, clause: str) -> str:
    """Append a clause to the definition of a column, which SQLAlchemy writes on one line."""
    return re.sub(
        rf"(?m)^(\s*{_pattern(column)} .*?)(,\s*)?$",
        lambda match: f"{match[1]} {clause}{match[2] or ''}",
        sql,
        count=1,
    )


def _pattern(name: str) -> str:
    quoted = re.escape(name.replace('"', '""'))
    return rf'(?:"{quoted}"|{re.escape(name)})'


def _is_on_expression(sql: str) -> bool:
    return "(" in parse_index(sql)[0].split() or bool(re.search(r"[-+*/|]", parse_index(sql)[0]))


def _is_same_to_alembic(original: str, statement: str) -> bool:
    """Return whether an index differs at most in what SQLAlchemy does not reflect."""
    if not original:
        return False
    before, after = parse_index(original), parse_index(statement)
    reflected = re.sub(r" (?:desc|asc|collate \w+)\b", "", before[0])
    return (reflected, before[1]) == after
