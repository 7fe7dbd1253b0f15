"""The actions of ALTER statements."""

from collections.abc import Iterator

from stratakit.sql.action import Action
from stratakit.sql.columns import (
    INDEXES,
    column_action,
    is_constraint,
    is_index,
    parse_constraint,
    take_index_name,
)
from stratakit.sql.tokenizer import Tokens, split_at_commas

TABLE_PHRASES = (
    "ADD PARTITION (", "ADD PARTITION IF", "ADD PARTITION PARTITIONS", "ADD SYSTEM VERSIONING",
    "ADD PERIOD FOR", "DROP SYSTEM VERSIONING", "DROP PERIOD FOR",
)  # fmt: skip
"""Phrases of MySQL and MariaDB that concern the table, and neither a column nor a constraint."""


def parse_alter(tokens: Tokens) -> Iterator[Action]:
    """Parse what follows ALTER, unless that is a table."""
    kind = (tokens.take_any("MATERIALIZED VIEW", "EVENT TRIGGER") or tokens.take_word()).lower()
    tokens.take("IF", "EXISTS")
    name = tokens.take_name()
    tokens.take_parentheses()  # the arguments of a function
    if tokens.take("ADD", "VALUE"):
        tokens.take("IF", "NOT", "EXISTS")
        yield Action("add enum value", name=name, text=tokens.take_word())
    elif tokens.take("RENAME", "VALUE"):
        yield Action("rename enum value", name=name, text=tokens.text)
    elif verb := tokens.take_any("RENAME ATTRIBUTE", "DROP ATTRIBUTE"):
        tokens.take("IF", "EXISTS")
        yield Action(verb.lower(), name=f"{name}.{tokens.take_name()}", text=tokens.text)
    elif "view" in kind and (
        tokens.take("RENAME", "COLUMN")
        or (tokens.starts_with("RENAME") and not tokens.starts_with("RENAME", "TO"))
    ):
        tokens.take("RENAME")
        old = tokens.take_name()
        tokens.take("TO")
        yield Action("rename column", name, old, tokens.take_name())
    elif tokens.take("RENAME", "TO"):
        yield Action(f"rename {kind}", name if "view" in kind else "", name, tokens.text)
    else:
        kind = "a type" if kind == "type" else kind
        table = (
            tokens.take_name()
            if kind in ("policy", "trigger", "rule") and tokens.take("ON")
            else ""
        )
        yield Action(f"alter {kind}", table, name, tokens.text)


def parse_alter_table(tokens: Tokens) -> Iterator[Action]:
    """Parse what follows ALTER TABLE: one or more actions, separated by commas."""
    tokens.take("IF", "EXISTS")
    tokens.take("ONLY")
    table = tokens.take_name()
    tokens.take("*")
    if _take_drop_partition(tokens):
        for part in split_at_commas(tokens.rest):
            yield Action("drop partition", table, tokens.part(part).take_name())
        return
    for part in split_at_commas(tokens.rest):
        yield from _parse_action(table, tokens.part(part))


def _take_drop_partition(tokens: Tokens) -> bool:
    """Read DROP PARTITION, which MySQL has, unless partition is the name of a column."""
    words = [word.upper() for word in tokens.rest[2:3]]
    if (
        not words
        or words[0] in (",", "CASCADE", "RESTRICT")
        or not tokens.take("DROP", "PARTITION")
    ):
        return False
    tokens.take("IF", "EXISTS")
    return True


def _parse_action(table: str, tokens: Tokens) -> Iterator[Action]:
    if any(tokens.starts_with(*phrase.split()) for phrase in TABLE_PHRASES):
        yield Action("alter table", table, text=tokens.text)
    elif tokens.take("ADD"):
        yield from _parse_add(table, tokens)
    elif tokens.take("DROP"):
        yield from _parse_drop(table, tokens)
    elif tokens.take("RENAME"):
        yield from _parse_rename(table, tokens)
    elif tokens.take_any("ALTER COLUMN", "ALTER"):
        yield from _parse_alter_column(table, tokens)
    elif tokens.take_any("MODIFY COLUMN", "MODIFY"):
        tokens.take("IF", "EXISTS")
        yield column_action(table, tokens.rest, "modify column")
    elif tokens.take_any("CHANGE COLUMN", "CHANGE"):
        tokens.take("IF", "EXISTS")
        old = tokens.take_name()
        new = column_action(table, tokens.rest, "modify column")
        if new.name != old:
            yield Action("rename column", table, old, new.name)
        yield Action("modify column", table, old, new.text, new.flags)
    elif tokens.take("VALIDATE", "CONSTRAINT"):
        yield Action("validate constraint", table, tokens.take_name())
    elif tokens.take("ATTACH", "PARTITION"):
        yield Action("attach partition", table, tokens.take_name(), tokens.text)
    elif tokens.take("DETACH", "PARTITION"):
        name = tokens.take_name()
        flags = {"CONCURRENTLY"} if tokens.starts_with("CONCURRENTLY") else set[str]()
        yield Action("detach partition", table, name, tokens.text, frozenset(flags))
    elif setting := tokens.take_any("SET SCHEMA", "SET TABLESPACE", "SET UNLOGGED", "SET LOGGED",
                                "SET ACCESS METHOD"):  # fmt: skip
        yield Action(setting.lower(), table, text=tokens.text)
    else:
        yield Action("alter table", table, text=tokens.text)


def _parse_add(table: str, tokens: Tokens) -> Iterator[Action]:
    if is_index(tokens.rest):
        tokens.take_any(*INDEXES)
        yield Action("create index", table, take_index_name(tokens), tokens.text)
        return
    has_keyword = tokens.take("COLUMN")
    if_not_exists = tokens.take("IF", "NOT", "EXISTS")
    if not has_keyword and is_constraint(tokens.rest):
        yield from parse_constraint(table, tokens)
        return
    if tokens.starts_with("("):  # MySQL: several columns in parentheses
        for part in split_at_commas(tokens.take_parentheses()):
            yield column_action(table, part)
        return
    column = column_action(table, tokens.rest)
    flags = column.flags | ({"IF NOT EXISTS"} if if_not_exists else set())
    yield Action("add column", table, column.name, column.text, frozenset(flags))


def _parse_drop(table: str, tokens: Tokens) -> Iterator[Action]:
    kind = tokens.take_any(
        "CONSTRAINT", "FOREIGN KEY", "INDEX", "KEY", "PRIMARY KEY", "CHECK", "COLUMN"
    )
    tokens.take("IF", "EXISTS")
    if kind == "PRIMARY KEY":
        yield Action("drop constraint", table, "primary key", kind)
        return
    name = tokens.take_name()
    if kind in ("CONSTRAINT", "FOREIGN KEY", "CHECK"):
        yield Action("drop constraint", table, name, f"{kind} {tokens.text}".strip())
    elif kind in ("INDEX", "KEY"):
        yield Action("drop index", table, name, tokens.text)
    else:
        yield Action("drop column", table, name, tokens.text)


def _parse_rename(table: str, tokens: Tokens) -> Iterator[Action]:
    if tokens.take_any("TO", "AS"):
        yield Action("rename table", table, table, tokens.take_name())
        return
    kind = tokens.take_any("CONSTRAINT", "INDEX", "KEY", "COLUMN") or "COLUMN"
    if tokens.starts_with("TO"):  # RENAME to TO other: a column that has the name "to"
        tokens.position -= 1
    tokens.take("IF", "EXISTS")
    name = tokens.take_name()
    if tokens.take("TO"):
        kind = "INDEX" if kind == "KEY" else kind
        yield Action(f"rename {kind.lower()}", table, name, tokens.take_name())
    else:  # MySQL: RENAME other
        yield Action("rename table", table, table, name)


def _parse_alter_column(table: str, tokens: Tokens) -> Iterator[Action]:
    if tokens.take_any("CONSTRAINT", "INDEX"):
        yield Action("alter constraint", table, tokens.take_name(), tokens.text)
        return
    name = tokens.take_name()
    if tokens.take_any("TYPE", "SET DATA TYPE"):
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
        yield Action("add identity", table, name, tokens.text)
    else:
        yield Action("alter column", table, name, tokens.text)
