"""What ALTER statements do."""

from collections.abc import Iterator

from stratakit.sql.action import Action
from stratakit.sql.columns import column_action, is_constraint, parse_constraint
from stratakit.sql.tokenizer import Tokens, join_words, split_at_commas


def parse_alter(tokens: Tokens) -> Iterator[Action]:
    """Read what stands behind ALTER, unless it is a table."""
    kind = (
        tokens.any_of("MATERIALIZED VIEW", "VIEW", "TYPE", "INDEX", "SCHEMA", "SEQUENCE", "DOMAIN")
        or tokens.next()
    ).lower()
    tokens.take("IF", "EXISTS")
    name = tokens.name()
    tokens.parenthesised()  # the arguments of a function
    if tokens.take("ADD", "VALUE"):
        tokens.take("IF", "NOT", "EXISTS")
        yield Action("add enum value", name=name, text=tokens.next())
    elif tokens.take("RENAME", "VALUE"):
        yield Action("rename enum value", name=name, text=tokens.text)
    elif verb := tokens.any_of("RENAME ATTRIBUTE", "DROP ATTRIBUTE"):
        tokens.take("IF", "EXISTS")
        yield Action(verb.lower(), name=f"{name}.{tokens.name()}", text=tokens.text)
    elif "view" in kind and (
        tokens.take("RENAME", "COLUMN") or (tokens.at("RENAME") and not tokens.at("RENAME", "TO"))
    ):
        tokens.take("RENAME")
        old = tokens.name()
        tokens.take("TO")
        yield Action("rename column", name, old, tokens.name())
    elif tokens.take("RENAME", "TO"):
        yield Action(f"rename {kind}", name if "view" in kind else "", name, tokens.text)
    else:
        kind = "a type" if kind == "type" else kind
        table = tokens.name() if kind in ("policy", "trigger", "rule") and tokens.take("ON") else ""
        yield Action(f"alter {kind}", table, name, tokens.text)


def parse_alter_table(tokens: Tokens) -> Iterator[Action]:
    """Read what stands behind ALTER TABLE: several acts, with commas between them."""
    tokens.take("IF", "EXISTS")
    tokens.take("ONLY")
    table = tokens.name()
    tokens.take("*")
    for part in split_at_commas(tokens.rest):
        yield from _parse_action(table, Tokens(part))


def _parse_action(table: str, tokens: Tokens) -> Iterator[Action]:
    if tokens.take("ADD"):
        yield from _parse_add(table, tokens)
    elif tokens.take("DROP"):
        yield from _parse_drop(table, tokens)
    elif tokens.take("RENAME"):
        yield from _parse_rename(table, tokens)
    elif tokens.any_of("ALTER COLUMN", "ALTER"):
        yield from _parse_alter_column(table, tokens)
    elif tokens.any_of("MODIFY COLUMN", "MODIFY"):
        yield column_action(table, tokens.rest, "modify column")
    elif tokens.any_of("CHANGE COLUMN", "CHANGE"):
        old = tokens.name()
        new = column_action(table, tokens.rest, "modify column")
        if new.name != old:
            yield Action("rename column", table, old, new.name)
        yield Action("modify column", table, old, new.text, new.flags)
    elif tokens.take("VALIDATE", "CONSTRAINT"):
        yield Action("validate constraint", table, tokens.name())
    elif tokens.take("ATTACH", "PARTITION"):
        yield Action("attach partition", table, tokens.name(), tokens.text)
    elif tokens.take("DETACH", "PARTITION"):
        name = tokens.name()
        flags = {"CONCURRENTLY"} if tokens.at("CONCURRENTLY") else set[str]()
        yield Action("detach partition", table, name, tokens.text, frozenset(flags))
    elif found := tokens.any_of("SET SCHEMA", "SET TABLESPACE", "SET UNLOGGED", "SET LOGGED",
                                "SET ACCESS METHOD"):  # fmt: skip
        yield Action(found.lower(), table, text=tokens.text)
    else:
        yield Action("alter table", table, text=tokens.text)


def _parse_add(table: str, tokens: Tokens) -> Iterator[Action]:
    if tokens.any_of("INDEX", "KEY", "FULLTEXT INDEX", "SPATIAL INDEX"):
        yield Action("create index", table, tokens.name(), tokens.text)
        return
    named_column = tokens.take("COLUMN")
    exists = tokens.take("IF", "NOT", "EXISTS")
    if not named_column and is_constraint(tokens.rest):
        yield from parse_constraint(table, tokens)
        return
    if tokens.at("("):  # MySQL: several in parentheses
        for part in split_at_commas(tokens.parenthesised()):
            yield column_action(table, part)
        return
    added = column_action(table, tokens.rest)
    flags = added.flags | ({"IF NOT EXISTS"} if exists else set())
    yield Action("add column", table, added.name, added.text, frozenset(flags))


def _parse_drop(table: str, tokens: Tokens) -> Iterator[Action]:
    kind = tokens.any_of(
        "CONSTRAINT", "FOREIGN KEY", "INDEX", "KEY", "PRIMARY KEY", "CHECK", "COLUMN"
    )
    tokens.take("IF", "EXISTS")
    if kind == "PRIMARY KEY":
        yield Action("drop constraint", table, "primary key", kind)
        return
    name = tokens.name()
    if kind in ("CONSTRAINT", "FOREIGN KEY", "CHECK"):
        yield Action("drop constraint", table, name, f"{kind} {tokens.text}".strip())
    elif kind in ("INDEX", "KEY"):
        yield Action("drop index", table, name, tokens.text)
    else:
        yield Action("drop column", table, name, tokens.text)


def _parse_rename(table: str, tokens: Tokens) -> Iterator[Action]:
    if tokens.any_of("TO", "AS"):
        yield Action("rename table", table, table, tokens.name())
        return
    kind = tokens.any_of("CONSTRAINT", "INDEX", "KEY", "COLUMN") or "COLUMN"
    if tokens.at("TO"):  # RENAME column TO other, where the column is called so
        tokens.place -= 1
    name = tokens.name()
    tokens.take("TO")
    kind = "INDEX" if kind == "KEY" else kind
    yield Action(f"rename {kind.lower()}", table, name, tokens.name())


def _parse_alter_column(table: str, tokens: Tokens) -> Iterator[Action]:
    if tokens.any_of("CONSTRAINT", "INDEX"):
        yield Action("alter constraint", table, tokens.name(), tokens.text)
        return
    name = tokens.name()
    if tokens.any_of("TYPE", "SET DATA TYPE"):
        yield Action("alter type", table, name, tokens.text)
    elif tokens.take("SET", "NOT", "NULL"):
        yield Action("set not null", table, name)
    elif tokens.take("DROP", "NOT", "NULL"):
        yield Action("drop not null", table, name)
    elif tokens.take("SET", "DEFAULT"):
        yield Action("set default", table, name, tokens.text)
    elif tokens.take("DROP", "DEFAULT"):
        yield Action("drop default", table, name)
    elif tokens.take("SET", "EXPRESSION"):
        yield Action("set expression", table, name, tokens.text)
    elif tokens.take("DROP", "EXPRESSION"):
        yield Action("drop expression", table, name)
    elif tokens.take("ADD", "GENERATED"):
        yield Action("add identity", table, name, join_words(tokens.rest))
    else:
        yield Action("alter column", table, name, tokens.text)
