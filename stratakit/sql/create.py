"""What CREATE statements do."""

from collections.abc import Iterator

from stratakit.sql.action import Action
from stratakit.sql.columns import column_action, is_constraint, parse_constraint
from stratakit.sql.tokenizer import Tokens, split_at_commas


def parse_create(tokens: Tokens) -> Iterator[Action]:
    """Read what stands behind CREATE."""
    flags = {"OR REPLACE"} if tokens.take("OR", "REPLACE") else set()
    while word := tokens.any_of(
        "TEMPORARY", "TEMP", "UNLOGGED", "UNIQUE", "FULLTEXT", "CONSTRAINT", "VIRTUAL"
    ):
        flags.add(word)
    kind = tokens.any_of(
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
    name = "" if tokens.at("ON") else tokens.name()
    table = name if "VIEW" in kind else ""
    if kind in ("TRIGGER", "RULE"):
        while tokens and not tokens.take("ON" if kind == "TRIGGER" else "TO"):
            tokens.next()
        table = tokens.name()
    elif kind in ("INDEX", "POLICY") and tokens.take("ON"):
        if tokens.take("ONLY"):
            flags.add("ONLY")
        table = tokens.name()
    yield Action(f"create {kind.lower()}", table, name, tokens.text, frozenset(flags))


def _parse_table(tokens: Tokens, flags: set[str]) -> Iterator[Action]:
    table = tokens.name()
    inside = tokens.parenthesised()
    yield Action("create table", table, table, tokens.text, frozenset(flags))
    for part in split_at_commas(inside):
        if is_constraint(part):
            for act in parse_constraint(table, Tokens(part)):
                yield Action(f"declare {act.kind[4:]}", table, act.name, act.text, act.flags)
        else:
            yield column_action(table, part, "declare column")
