"""Parsing SQL statements into their actions."""

from collections.abc import Callable, Iterator
from functools import partial

from stratakit.sql.action import Action
from stratakit.sql.alter import parse_alter, parse_alter_table
from stratakit.sql.create import parse_create
from stratakit.sql.tokenizer import (
    DEFAULT_SCHEMA,
    Tokens,
    literal_text,
    split_at_commas,
    split_statements,
    tokenize,
    unquote,
)

BLOCK_WORDS = ("BEGIN", "THEN", "ELSE", "LOOP", "EXECUTE")
BLOCK_STATEMENTS = (
    "ALTER", "CREATE", "DROP", "UPDATE", "DELETE", "INSERT", "TRUNCATE", "LOCK", "WITH", "MERGE",
)  # fmt: skip


def parse(text: str, default_schema: str = DEFAULT_SCHEMA) -> Iterator[Action]:
    """Parse one or more statements into their actions.

    Args:
        text: SQL of PostgreSQL, SQLite, MySQL or MariaDB.
        default_schema: the schema of names that are written without one; it is left out of names.
    """
    for words in split_statements(text):
        yield from _parse_statement(Tokens(words, default_schema))


def _parse_statement(tokens: Tokens) -> Iterator[Action]:
    phrase = tokens.take_any(*STATEMENTS)
    if phrase is None:
        yield Action(tokens.take_word().lower(), text=tokens.text)
    else:
        yield from STATEMENTS[phrase](tokens)


def _parse_rows(kind: str, tokens: Tokens) -> Iterator[Action]:
    """Parse a statement that changes the rows of the table that it names first."""
    while tokens.take_any(*ROW_MODIFIERS):
        pass
    tokens.take("INTO")
    tokens.take("ONLY")
    yield Action(kind, tokens.take_name(), text=tokens.text)


def _parse_delete(tokens: Tokens) -> Iterator[Action]:
    """Parse DELETE; MySQL may name aliases, whose tables follow FROM or USING."""
    while tokens.take_any("LOW_PRIORITY", "QUICK", "IGNORE"):
        pass
    tokens.take("FROM")
    tokens.take("ONLY")
    targets = [tokens.take_name()]
    while tokens.take(","):
        targets.append(tokens.take_name())
    text = tokens.text
    tables = _tables_by_alias(tokens)
    for target in targets:
        alias = target.removesuffix(".*")
        yield Action("delete", tables.get(alias, alias), text=text)


def _tables_by_alias(tokens: Tokens) -> dict[str, str]:
    tables = dict[str, str]()
    while tokens:
        if tokens.take_any("FROM", "USING", "JOIN", ","):
            table = tokens.take_name()
            tokens.take("AS")
            tables |= {unquote(alias): table for alias in tokens.rest[:1]}
        else:
            tokens.take_word()
    return tables


def _parse_drop(tokens: Tokens) -> Iterator[Action]:
    kind = tokens.take_any(
        "TABLE", "TEMPORARY TABLE", "INDEX", "VIEW", "MATERIALIZED VIEW", "SCHEMA", "DATABASE",
        "TYPE", "DOMAIN", "SEQUENCE", "FUNCTION", "PROCEDURE", "TRIGGER", "EXTENSION", "POLICY",
        "RULE", "FOREIGN TABLE",
    )  # fmt: skip
    if kind is None:
        yield Action("drop", text=tokens.text)
        return
    flags = {"CONCURRENTLY"} if tokens.take("CONCURRENTLY") else set()
    if tokens.take("IF", "EXISTS"):
        flags.add("IF EXISTS")
    for item in split_at_commas(tokens.rest):
        each = tokens.part(item)
        name = each.take_name()
        table = each.take_name() if each.take("ON") else ""
        if kind in ("TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE"):
            table = name
        yield Action(f"drop {kind.lower()}", table, name, each.text, frozenset(flags))


def _parse_rename_tables(tokens: Tokens) -> Iterator[Action]:
    for item in split_at_commas(tokens.rest):
        each = tokens.part(item)
        old = each.take_name()
        each.take("TO")
        yield Action("rename table", old, old, each.take_name())


def _parse_copy(tokens: Tokens) -> Iterator[Action]:
    """Parse COPY: of a table from a file or the client, or of rows to one."""
    if tokens.starts_with("("):
        yield Action("select", text=tokens.text)
        return
    table = tokens.take_name()
    tokens.take_parentheses()
    kind = "insert" if tokens.starts_with("FROM") else "select"
    yield Action(kind, table, text=f"COPY {tokens.text}")


def _parse_tables(kind: str, tokens: Tokens) -> Iterator[Action]:
    for item in split_at_commas(tokens.rest):
        yield Action(kind, tokens.part(item).take_name())


def _parse_lock(tokens: Tokens) -> Iterator[Action]:
    for item in split_at_commas(tokens.rest):
        each = tokens.part(item)
        each.take("ONLY")
        yield Action("lock table", each.take_name(), text=each.text)


def _parse_cluster(tokens: Tokens) -> Iterator[Action]:
    tokens.take("VERBOSE")
    tokens.take_parentheses()
    yield Action("cluster", tokens.take_name())


def _parse_vacuum(tokens: Tokens) -> Iterator[Action]:
    options = {word.upper() for word in tokens.take_parentheses()}
    is_full = tokens.take("FULL") or "FULL" in options
    while tokens.take_any("FREEZE", "VERBOSE", "ANALYZE"):
        pass
    into_file = tokens.starts_with("INTO")
    for item in list(split_at_commas([] if into_file else tokens.rest)) or [[]]:
        table = tokens.part(item).take_name()
        yield Action("vacuum full" if is_full else "vacuum", table)


def _parse_reindex(tokens: Tokens) -> Iterator[Action]:
    options = {word.upper() for word in tokens.take_parentheses()}
    kind = tokens.take_any("INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM") or ""
    flags = {"CONCURRENTLY"} if tokens.take("CONCURRENTLY") else options
    yield Action("reindex", name=tokens.take_name(), text=kind.lower(), flags=frozenset(flags))


def _parse_refresh(tokens: Tokens) -> Iterator[Action]:
    flags = frozenset({"CONCURRENTLY"} if tokens.take("CONCURRENTLY") else ())
    yield Action("refresh materialized view", tokens.take_name(), flags=flags)


def _parse_transaction(verb: str, tokens: Tokens) -> Iterator[Action]:
    yield Action("transaction", text=verb)


def _parse_set(tokens: Tokens) -> Iterator[Action]:
    yield Action("set", name=tokens.take_name(), text=tokens.text)


def _parse_revoke(tokens: Tokens) -> Iterator[Action]:
    text = tokens.text
    while tokens and not tokens.take("ON"):
        tokens.take_word()
    tokens.take("TABLE")
    yield Action("revoke", tokens.take_name(), text=text)


def _parse_with(tokens: Tokens) -> Iterator[Action]:
    """Parse common table expressions, which may change rows, and the statement after them."""
    verbs = ("INSERT", "UPDATE", "DELETE", "MERGE")
    words = tokens.rest
    depth = 0
    for index, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        previous = words[index - 1].upper() if index else ""
        if word.upper() not in verbs or previous in ("FOR", "KEY"):
            continue
        if depth == 0:
            yield from _parse_statement(tokens.part(words[index:]))
            return
        if previous == "(":
            inner = tokens.part(["(", *words[index:]]).take_parentheses()
            yield from _parse_statement(tokens.part(inner))
    yield Action("select", text=tokens.text)


def _parse_do(tokens: Tokens) -> Iterator[Action]:
    """Parse a DO block: each statement that its text contains."""
    for body in filter(None, map(literal_text, tokens.rest)):
        words, is_dynamic = list[str](), False
        for word in [*tokenize(body), ";"]:
            # Within a statement, THEN and ELSE are those of a CASE expression.
            is_statement = tokens.part(words).take_any(*BLOCK_STATEMENTS)
            if word != ";" and (is_statement or word.upper() not in BLOCK_WORDS):
                words.append(word)
                continue
            text = literal_text(words[0]) if words and is_dynamic else None
            if is_statement:
                yield from _parse_statement(tokens.part(words))
            elif text and [each.upper() for each in words[1:2]] in ([], ["USING"], ["INTO"]):
                yield from parse(text, tokens.default_schema)
            words, is_dynamic = [], word.upper() == "EXECUTE"


ROW_MODIFIERS = (
    "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "IGNORE", "OR ABORT", "OR FAIL", "OR IGNORE",
    "OR REPLACE", "OR ROLLBACK",
)  # fmt: skip
# A phrase precedes the shorter ones that it begins with.
STATEMENTS: dict[str, Callable[[Tokens], Iterator[Action]]] = {
    "ALTER TABLE": parse_alter_table,
    "ALTER FOREIGN TABLE": parse_alter_table,
    "ALTER ONLINE TABLE": parse_alter_table,
    "ALTER IGNORE TABLE": parse_alter_table,
    "ALTER": parse_alter,
    "CREATE": parse_create,
    "DROP": _parse_drop,
    "WITH": _parse_with,
    "UPDATE": partial(_parse_rows, "update"),
    "DELETE": _parse_delete,
    "INSERT": partial(_parse_rows, "insert"),
    "REPLACE": partial(_parse_rows, "insert"),
    "MERGE": partial(_parse_rows, "update"),
    "DO": _parse_do,
    "RENAME TABLE": _parse_rename_tables,
    "COPY": _parse_copy,
    "TRUNCATE TABLE ONLY": partial(_parse_tables, "truncate"),
    "TRUNCATE TABLE": partial(_parse_tables, "truncate"),
    "TRUNCATE ONLY": partial(_parse_tables, "truncate"),
    "TRUNCATE": partial(_parse_tables, "truncate"),
    "LOCK TABLES": _parse_lock,
    "LOCK TABLE": _parse_lock,
    "LOCK": _parse_lock,
    "CLUSTER": _parse_cluster,
    "VACUUM": _parse_vacuum,
    "REINDEX": _parse_reindex,
    "REFRESH MATERIALIZED VIEW": _parse_refresh,
    "COMMIT": partial(_parse_transaction, "commit"),
    "ROLLBACK": partial(_parse_transaction, "rollback"),
    "BEGIN": partial(_parse_transaction, "begin"),
    "START TRANSACTION": partial(_parse_transaction, "start transaction"),
    "END": partial(_parse_transaction, "end"),
    "SET SESSION": _parse_set,
    "SET LOCAL": _parse_set,
    "SET": _parse_set,
    "REVOKE": _parse_revoke,
    "OPTIMIZE TABLE": partial(_parse_tables, "vacuum full"),
}
