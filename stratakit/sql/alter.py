"""What ALTER statements do."""

from collections.abc import Iterator

from stratakit.sql.action import Act
from stratakit.sql.columns import column, constraint, is_constraint
from stratakit.sql.tokenizer import Tokens, joined, parts


def altered(tokens: Tokens) -> Iterator[Act]:
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
        yield Act("add enum value", name=name, text=tokens.next())
    elif tokens.take("RENAME", "VALUE"):
        yield Act("rename enum value", name=name, text=tokens.text)
    elif verb := tokens.any_of("RENAME ATTRIBUTE", "DROP ATTRIBUTE"):
        tokens.take("IF", "EXISTS")
        yield Act(verb.lower(), name=f"{name}.{tokens.name()}", text=tokens.text)
    elif "view" in kind and (
        tokens.take("RENAME", "COLUMN") or (tokens.at("RENAME") and not tokens.at("RENAME", "TO"))
    ):
        tokens.take("RENAME")
        old = tokens.name()
        tokens.take("TO")
        yield Act("rename column", name, old, tokens.name())
    elif tokens.take("RENAME", "TO"):
        yield Act(f"rename {kind}", name if "view" in kind else "", name, tokens.text)
    else:
        kind = "a type" if kind == "type" else kind
        table = tokens.name() if kind in ("policy", "trigger", "rule") and tokens.take("ON") else ""
        yield Act(f"alter {kind}", table, name, tokens.text)


def altered_table(tokens: Tokens) -> Iterator[Act]:
    """Read what stands behind ALTER TABLE: several acts, with commas between them."""
    tokens.take("IF", "EXISTS")
    tokens.take("ONLY")
    table = tokens.name()
    tokens.take("*")
    for part in parts(tokens.rest):
        yield from _action(table, Tokens(part))


def _action(table: str, tokens: Tokens) -> Iterator[Act]:
    if tokens.take("ADD"):
        yield from _added(table, tokens)
    elif tokens.take("DROP"):
        yield from _dropped(table, tokens)
    elif tokens.take("RENAME"):
        yield from _renamed(table, tokens)
    elif tokens.any_of("ALTER COLUMN", "ALTER"):
        yield from _altered_column(table, tokens)
    elif tokens.any_of("MODIFY COLUMN", "MODIFY"):
        yield column(table, tokens.rest, "modify column")
    elif tokens.any_of("CHANGE COLUMN", "CHANGE"):
        old = tokens.name()
        new = column(table, tokens.rest, "modify column")
        if new.name != old:
            yield Act("rename column", table, old, new.name)
        yield Act("modify column", table, old, new.text, new.flags)
    elif tokens.take("VALIDATE", "CONSTRAINT"):
        yield Act("validate constraint", table, tokens.name())
    elif tokens.take("ATTACH", "PARTITION"):
        yield Act("attach partition", table, tokens.name(), tokens.text)
    elif tokens.take("DETACH", "PARTITION"):
        name = tokens.name()
        flags = {"CONCURRENTLY"} if tokens.at("CONCURRENTLY") else set[str]()
        yield Act("detach partition", table, name, tokens.text, frozenset(flags))
    elif found := tokens.any_of("SET SCHEMA", "SET TABLESPACE", "SET UNLOGGED", "SET LOGGED",
                                "SET ACCESS METHOD"):  # fmt: skip
        yield Act(found.lower(), table, text=tokens.text)
    else:
        yield Act("alter table", table, text=tokens.text)


def _added(table: str, tokens: Tokens) -> Iterator[Act]:
    if tokens.any_of("INDEX", "KEY", "FULLTEXT INDEX", "SPATIAL INDEX"):
        yield Act("create index", table, tokens.name(), tokens.text)
        return
    named_column = tokens.take("COLUMN")
    exists = tokens.take("IF", "NOT", "EXISTS")
    if not named_column and is_constraint(tokens.rest):
        yield from constraint(table, tokens)
        return
    if tokens.at("("):  # MySQL: several in parentheses
        for part in parts(tokens.parenthesised()):
            yield column(table, part)
        return
    added = column(table, tokens.rest)
    flags = added.flags | ({"IF NOT EXISTS"} if exists else set())
    yield Act("add column", table, added.name, added.text, frozenset(flags))


def _dropped(table: str, tokens: Tokens) -> Iterator[Act]:
    kind = tokens.any_of(
        "CONSTRAINT", "FOREIGN KEY", "INDEX", "KEY", "PRIMARY KEY", "CHECK", "COLUMN"
    )
    tokens.take("IF", "EXISTS")
    if kind == "PRIMARY KEY":
        yield Act("drop constraint", table, "primary key", kind)
        return
    name = tokens.name()
    if kind in ("CONSTRAINT", "FOREIGN KEY", "CHECK"):
        yield Act("drop constraint", table, name, f"{kind} {tokens.text}".strip())
    elif kind in ("INDEX", "KEY"):
        yield Act("drop index", table, name, tokens.text)
    else:
        yield Act("drop column", table, name, tokens.text)


def _renamed(table: str, tokens: Tokens) -> Iterator[Act]:
    if tokens.any_of("TO", "AS"):
        yield Act("rename table", table, table, tokens.name())
        return
    kind = tokens.any_of("CONSTRAINT", "INDEX", "KEY", "COLUMN") or "COLUMN"
    if tokens.at("TO"):  # RENAME column TO other, where the column is called so
        tokens.place -= 1
    name = tokens.name()
    tokens.take("TO")
    kind = "INDEX" if kind == "KEY" else kind
    yield Act(f"rename {kind.lower()}", table, name, tokens.name())


def _altered_column(table: str, tokens: Tokens) -> Iterator[Act]:
    if tokens.any_of("CONSTRAINT", "INDEX"):
        yield Act("alter constraint", table, tokens.name(), tokens.text)
        return
    name = tokens.name()
    if tokens.any_of("TYPE", "SET DATA TYPE"):
        yield Act("alter type", table, name, tokens.text)
    elif tokens.take("SET", "NOT", "NULL"):
        yield Act("set not null", table, name)
    elif tokens.take("DROP", "NOT", "NULL"):
        yield Act("drop not null", table, name)
    elif tokens.take("SET", "DEFAULT"):
        yield Act("set default", table, name, tokens.text)
    elif tokens.take("DROP", "DEFAULT"):
        yield Act("drop default", table, name)
    elif tokens.take("SET", "EXPRESSION"):
        yield Act("set expression", table, name, tokens.text)
    elif tokens.take("DROP", "EXPRESSION"):
        yield Act("drop expression", table, name)
    elif tokens.take("ADD", "GENERATED"):
        yield Act("add identity", table, name, joined(tokens.rest))
    else:
        yield Act("alter column", table, name, tokens.text)
