"""Parsing SQL statements into their actions."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from stratakit.sql.action import Action
from stratakit.sql.alter import parse_alter, parse_alter_table
from stratakit.sql.create import parse_create
from stratakit.sql.tokenizer import DEFAULT_SCHEMA, Tokens, split_at_commas, split_statements

LITERAL = re.compile(r"'((?:[^']|'')*)'\s*(?:USING\b|INTO\b|$)", re.IGNORECASE)
BLOCK_WORDS = re.compile(r"\b(?:BEGIN|THEN|ELSE|LOOP|EXECUTE)\b|;", re.IGNORECASE)


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
    yield Action(kind, tokens.take_name(), text=tokens.text)


def _parse_delete_alias(tokens: Tokens) -> Iterator[Action]:
    """Parse DELETE alias FROM table alias JOIN ..., which MySQL has."""
    alias = tokens.take_name()
    text = tokens.text
    while tokens and not tokens.take_any("FROM", "JOIN", ","):
        tokens.take_word()
    table = tokens.take_name()
    while tokens and not (tokens.take(alias.upper()) or tokens.take("AS", alias.upper())):
        if tokens.take_any("JOIN", ",") and table != alias:
            table = tokens.take_name()
        else:
            tokens.take_word()
    yield Action("delete", table or alias, text=text)


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


def _parse_truncate(tokens: Tokens) -> Iterator[Action]:
    for item in split_at_commas(tokens.rest):
        yield Action("truncate", tokens.part(item).take_name())


def _parse_lock(tokens: Tokens) -> Iterator[Action]:
    tokens.take("ONLY")
    yield Action("lock table", tokens.take_name(), text=tokens.text)


def _parse_cluster(tokens: Tokens) -> Iterator[Action]:
    tokens.take("VERBOSE")
    yield Action("cluster", tokens.take_name() if tokens else "")


def _parse_vacuum(tokens: Tokens) -> Iterator[Action]:
    options = {word.upper() for word in tokens.take_parentheses()}
    is_full = tokens.take("FULL") or "FULL" in options
    while tokens.take_any("FREEZE", "VERBOSE", "ANALYZE"):
        pass
    yield Action("vacuum full" if is_full else "vacuum", tokens.take_name() if tokens else "")


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
    yield Action("revoke", tokens.take_name() if tokens else "", text=text)


def _parse_with(tokens: Tokens) -> Iterator[Action]:
    """Parse common table expressions, which may change rows, and the statement after them."""
    verbs = ("INSERT", "UPDATE", "DELETE", "MERGE")
    words = tokens.rest
    depth = 0
    for index, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        previous = words[index - 1].upper() if index else ""
        if word.upper() not in verbs or previous in ("FOR", "ON", "DO", "THEN"):
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
    for body in filter(lambda word: word.startswith("$"), tokens.rest):
        code = body[2:-2] if body.startswith("$$") else body.strip("$").partition("$")[2]
        for piece in BLOCK_WORDS.split(code):
            text = piece.strip()
            if literal := LITERAL.match(text):
                text = literal[1].replace("''", "'")
            if re.match(r"(ALTER|CREATE|DROP|UPDATE|DELETE|INSERT|TRUNCATE|LOCK)\b", text, re.I):
                yield from parse(text, tokens.default_schema)


# A phrase precedes the shorter ones that it begins with.
STATEMENTS: dict[str, Callable[[Tokens], Iterator[Action]]] = {
    "ALTER TABLE": parse_alter_table,
    "ALTER FOREIGN TABLE": parse_alter_table,
    "ALTER": parse_alter,
    "CREATE": parse_create,
    "DROP": _parse_drop,
    "WITH": _parse_with,
    "UPDATE ONLY": partial(_parse_rows, "update"),
    "UPDATE": partial(_parse_rows, "update"),
    "DELETE FROM ONLY": partial(_parse_rows, "delete"),
    "DELETE FROM": partial(_parse_rows, "delete"),
    "DELETE": _parse_delete_alias,
    "INSERT INTO": partial(_parse_rows, "insert"),
    "INSERT IGNORE INTO": partial(_parse_rows, "insert"),
    "INSERT OR IGNORE INTO": partial(_parse_rows, "insert"),
    "REPLACE INTO": partial(_parse_rows, "insert"),
    "MERGE INTO": partial(_parse_rows, "update"),
    "DO": _parse_do,
    "RENAME TABLE": _parse_rename_tables,
    "TRUNCATE TABLE ONLY": _parse_truncate,
    "TRUNCATE TABLE": _parse_truncate,
    "TRUNCATE ONLY": _parse_truncate,
    "TRUNCATE": _parse_truncate,
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
    "OPTIMIZE TABLE": partial(_parse_rows, "vacuum full"),
}
