"""The actions of CREATE statements."""

from collections.abc import Iterator

from stratakit.sql.action import Action
from stratakit.sql.columns import column_action, is_constraint, parse_constraint
from stratakit.sql.tokenizer import Tokens, split_at_commas


def parse_create(tokens: Tokens) -> Iterator[Action]:
    """Parse what follows CREATE."""
    flags = {"OR REPLACE"} if tokens.take("OR", "REPLACE") else set()
    while word := tokens.take_any(
        "TEMPORARY", "TEMP", "UNLOGGED", "UNIQUE", "FULLTEXT", "CONSTRAINT", "VIRTUAL"
    ):
        flags.add(word)
    kind = tokens.take_any(
        "TABLE", "INDEX", "MATERIALIZED VIEW", "VIEW", "TRIGGER", "TYPE", "SCHEMA", "SEQUENCE",
        "EXTENSION", "FUNCTION", "RULE", "POLICY", "DOMAIN",
    )  # fmt: skip
    if kind is None:
        yield Action("create", text=tokens.text)
        return
    if tokens.take("CONCURRENTLY"):
        flags.add("CONCURRENTLY")
    if tokens.take("IF", "NOT", "EXISTS"):
        flags.add("IF NOT EXISTS")
    if kind == "TABLE":
        yield from _parse_table(tokens, flags)
        return
    name = "" if tokens.starts_with("ON") else tokens.take_name()
    table = name if "VIEW" in kind else ""
    if kind in ("TRIGGER", "RULE"):
        while tokens and not tokens.take("ON" if kind == "TRIGGER" else "TO"):
            tokens.take_word()
        table = tokens.take_name()
    elif kind in ("INDEX", "POLICY") and tokens.take("ON"):
        if tokens.take("ONLY"):
            flags.add("ONLY")
        table = tokens.take_name()
    yield Action(f"create {kind.lower()}", table, name, tokens.text, frozenset(flags))


def _parse_table(tokens: Tokens, flags: set[str]) -> Iterator[Action]:
    table = tokens.take_name()
    items = tokens.take_parentheses()
    yield Action("create table", table, table, tokens.text, frozenset(flags))
    for item in split_at_commas(items):
        if is_constraint(item):
            for constraint in parse_constraint(table, tokens.part(item)):
                yield Action(
                    f"declare {constraint.kind[4:]}",
                    table,
                    constraint.name,
                    constraint.text,
                    constraint.flags,
                )
        else:
            yield column_action(table, item, "declare column")
