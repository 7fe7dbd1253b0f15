"""Reading SQL: the acts of a statement."""

import re
from collections.abc import Iterator

from stratakit.sql.action import Action
from stratakit.sql.alter import parse_alter, parse_alter_table
from stratakit.sql.create import parse_create
from stratakit.sql.tokenizer import Tokens, split_at_commas, split_statements


def parse(text: str) -> Iterator[Action]:
    """Read what a text of one or more statements does."""
    for words in split_statements(text):
        yield from parse_statement(Tokens(words))


def parse_statement(tokens: Tokens) -> Iterator[Action]:
    """Read what one statement does."""
    if tokens.take("ALTER"):
        table = tokens.any_of("TABLE", "FOREIGN TABLE")
        yield from parse_alter_table(tokens) if table else parse_alter(tokens)
    elif tokens.take("CREATE"):
        yield from parse_create(tokens)
    elif tokens.take("DROP"):
        yield from _parse_drop(tokens)
    elif tokens.at("WITH"):
        yield from _parse_with(tokens)
    elif tokens.any_of("UPDATE ONLY", "UPDATE"):
        yield Action("update", tokens.name(), text=tokens.text)
    elif tokens.any_of("DELETE FROM ONLY", "DELETE FROM"):
        yield Action("delete", tokens.name(), text=tokens.text)
    elif tokens.take("DELETE"):
        yield _parse_delete(tokens)
    elif tokens.any_of(
        "INSERT INTO", "INSERT IGNORE INTO", "REPLACE INTO", "INSERT OR IGNORE INTO"
    ):
        yield Action("insert", tokens.name(), text=tokens.text)
    elif tokens.take("MERGE", "INTO"):
        yield Action("update", tokens.name(), text=tokens.text)
    elif tokens.take("DO"):
        for word in tokens.rest:
            if word.startswith("$"):
                yield from _parse_block(word)
    elif tokens.take("RENAME", "TABLE"):
        for part in split_at_commas(tokens.rest):
            each = Tokens(part)
            old = each.name()
            each.take("TO")
            yield Action("rename table", old, old, each.name())
    elif tokens.any_of("TRUNCATE TABLE ONLY", "TRUNCATE TABLE", "TRUNCATE ONLY", "TRUNCATE"):
        for part in split_at_commas(tokens.rest):
            yield Action("truncate", Tokens(part).name())
    elif tokens.any_of("LOCK TABLES", "LOCK TABLE", "LOCK"):
        tokens.take("ONLY")
        yield Action("lock table", tokens.name(), text=tokens.text)
    elif tokens.take("CLUSTER"):
        tokens.take("VERBOSE")
        yield Action("cluster", tokens.name() if tokens else "")
    elif tokens.take("VACUUM"):
        options = {word.upper() for word in tokens.parenthesised()}
        full = tokens.take("FULL") or "FULL" in options
        while tokens.any_of("FREEZE", "VERBOSE", "ANALYZE"):
            pass
        yield Action("vacuum full" if full else "vacuum", tokens.name() if tokens else "")
    elif tokens.take("REINDEX"):
        options = {word.upper() for word in tokens.parenthesised()}
        kind = tokens.any_of("INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM") or ""
        flags = {"CONCURRENTLY"} if tokens.take("CONCURRENTLY") else options
        yield Action("reindex", name=tokens.name(), text=kind.lower(), flags=frozenset(flags))
    elif tokens.take("REFRESH", "MATERIALIZED", "VIEW"):
        concurrent = tokens.take("CONCURRENTLY")
        flag = frozenset({"CONCURRENTLY"} if concurrent else ())
        yield Action("refresh materialized view", tokens.name(), flags=flag)
    elif verb := tokens.any_of("COMMIT", "ROLLBACK", "BEGIN", "START TRANSACTION", "END"):
        yield Action("transaction", text=verb.lower())
    elif tokens.any_of("SET SESSION", "SET LOCAL", "SET"):
        yield Action("set", name=tokens.name(), text=tokens.text)
    elif tokens.take("REVOKE"):
        text = tokens.text
        while tokens and not tokens.take("ON"):
            tokens.next()
        tokens.take("TABLE")
        yield Action("revoke", tokens.name() if tokens else "", text=text)
    elif tokens.any_of("OPTIMIZE TABLE"):
        yield Action("vacuum full", tokens.name())
    else:
        yield Action(tokens.next().lower(), text=tokens.text)


def _parse_delete(tokens: Tokens) -> Action:
    """DELETE alias FROM table alias JOIN ..., as MySQL has it."""
    alias = tokens.name()
    text = tokens.text
    while tokens and not tokens.any_of("FROM", "JOIN", ","):
        tokens.next()
    table = tokens.name()
    while tokens and not (tokens.take(alias.upper()) or tokens.take("AS", alias.upper())):
        if tokens.any_of("JOIN", ",") and table != alias:
            table = tokens.name()
        else:
            tokens.next()
    return Action("delete", table or alias, text=text)


def _parse_drop(tokens: Tokens) -> Iterator[Action]:
    kind = tokens.any_of(
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
    for part in split_at_commas(tokens.rest):
        each = Tokens(part)
        name = each.name()
        table = each.name() if each.take("ON") else ""
        if kind in ("TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE"):
            table = name
        yield Action(f"drop {kind.lower()}", table, name, each.text, frozenset(flags))


def _parse_with(tokens: Tokens) -> Iterator[Action]:
    """A statement behind common table expressions, which may change rows themselves."""
    verbs = ("INSERT", "UPDATE", "DELETE", "MERGE")
    depth = 0
    for place, word in enumerate(tokens.words):
        depth += (word == "(") - (word == ")")
        behind = tokens.words[place - 1].upper() if place else ""
        if word.upper() not in verbs or behind in ("FOR", "ON", "DO", "THEN"):
            continue
        if depth == 0:
            yield from parse_statement(Tokens(tokens.words[place:]))
            return
        if behind == "(":
            inner = Tokens(["(", *tokens.words[place:]]).parenthesised()
            yield from parse_statement(Tokens(inner))
    yield Action("select", text=tokens.text)


LITERAL = re.compile(r"'((?:[^']|'')*)'\s*(?:USING\b|INTO\b|$)", re.IGNORECASE)
BLOCK_WORDS = re.compile(r"\b(?:BEGIN|THEN|ELSE|LOOP|EXECUTE)\b|;", re.IGNORECASE)


def _parse_block(body: str) -> Iterator[Action]:
    """What a DO block may do: each statement that its text holds."""
    inside = body.strip("$").partition("$")[2] if not body.startswith("$$") else body[2:-2]
    for piece in BLOCK_WORDS.split(inside):
        text = piece.strip()
        if found := LITERAL.match(text):
            text = found[1].replace("''", "'")
        if re.match(r"(ALTER|CREATE|DROP|UPDATE|DELETE|INSERT|TRUNCATE|LOCK)\b", text, re.I):
            yield from parse(text)
