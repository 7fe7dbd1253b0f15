"""The actions of CREATE statements."""

from collections.abc import Iterator

from stratakit.sql.action import Action
from stratakit.sql.columns import column_action, is_constraint, is_index, parse_constraint
from stratakit.sql.tokenizer import Tokens, split_at_commas


def parse_create(tokens: Tokens) -> Iterator[Action]:
    """Parse what follows CREATE."""
    flags = {"OR REPLACE"} if tokens.take("OR", "REPLACE") else set()
    flags |= _take_modifiers(tokens)
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
    if kind == "SCHEMA":
        tokens.take("AUTHORIZATION")
    name = "" if tokens.starts_with("ON") else tokens.take_name()
    if tokens.take("USING"):  # the type of a MySQL index, before ON
        tokens.take_word()
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


def _take_modifiers(tokens: Tokens) -> set[str]:
    """Read the words between CREATE and the kind of the object."""
    modifiers = set[str]()
    while word := tokens.take_any(
        "GLOBAL", "LOCAL", "TEMPORARY", "TEMP", "UNLOGGED", "UNIQUE", "FULLTEXT", "SPATIAL",
        "CONSTRAINT", "VIRTUAL", "RECURSIVE", "ALGORITHM =", "DEFINER =", "SQL SECURITY",
    ):  # fmt: skip
        if word in ("ALGORITHM =", "DEFINER =", "SQL SECURITY"):
            tokens.take_word()
            if tokens.take("@"):  # a MySQL account
                tokens.take_word()
        else:
            modifiers.add(word)
    return modifiers


def _parse_table(tokens: Tokens, flags: set[str]) -> Iterator[Action]:
    table = tokens.take_name()
    items = tokens.take_parentheses()
    yield Action("create table", table, table, tokens.text, frozenset(flags))
    for item in split_at_commas(items):
        if is_index(item):
            continue
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
