"""Declarations of columns and constraints in ADD, MODIFY and CREATE TABLE."""

import re
from collections.abc import Iterator

from stratakit.sql.action import Action
from stratakit.sql.tokenizer import Tokens, join_words, split_statements

CONSTRAINTS = ("CONSTRAINT", "PRIMARY", "UNIQUE", "FOREIGN", "CHECK", "EXCLUDE", "NOT")
SERIALS = ("SMALLSERIAL", "SERIAL", "BIGSERIAL", "SERIAL2", "SERIAL4", "SERIAL8")
PHRASES = (
    "NOT NULL", "PRIMARY KEY", "UNIQUE", "REFERENCES", "CHECK", "DEFAULT", "GENERATED ALWAYS AS",
    "IDENTITY", "STORED", "VIRTUAL", "AUTO_INCREMENT", "COMMENT", "CONSTRAINT",
)  # fmt: skip


def column_action(table: str, words: list[str], kind: str = "add column") -> Action:
    """Return the action that adds a column; the phrases of its declaration are the flags."""
    tokens = Tokens(words)
    name = tokens.take_name()
    text = tokens.text
    flags = {phrase for phrase in PHRASES if phrase in _top_level(tokens.rest)}
    if tokens and tokens.words[tokens.position].upper() in SERIALS:
        flags.add("SERIAL")
    return Action(kind, table, name, text, frozenset(flags))


def type_of(declaration: str) -> str:
    """Return the type that a column's declaration begins with, in lower case."""
    pattern = (
        r"\b(NOT|NULL|DEFAULT|PRIMARY|UNIQUE|REFERENCES|CHECK|GENERATED|CONSTRAINT|COLLATE|USING"
    )
    pattern += r"|COMMENT|AUTO_INCREMENT|FIRST|AFTER)\b"
    return re.split(pattern, declaration, maxsplit=1, flags=re.IGNORECASE)[0].strip().lower()


def default_of(declaration: str) -> str | None:
    """Return the expression after DEFAULT; None if the declaration has none."""
    match = re.search(
        r"\bDEFAULT\s+(.*?)(?=\s+(?:NOT NULL|NULL|UNIQUE|PRIMARY|REFERENCES|CHECK|CONSTRAINT"
        r"|COMMENT|GENERATED|COLLATE|FIRST|AFTER)\b|$)",
        declaration,
        re.IGNORECASE,
    )
    return match[1].strip() if match else None


def referenced_table(action: Action) -> str:
    """Return the table that an action's foreign key references; empty if it has none."""
    parts = re.split(r"\bREFERENCES\s", action.text, maxsplit=1, flags=re.IGNORECASE)
    words = next(split_statements(parts[1]), []) if len(parts) > 1 else []
    return Tokens(words).take_name() if words else ""


def parse_constraint(table: str, tokens: Tokens) -> Iterator[Action]:
    """Parse a constraint into the action that adds it."""
    name = ""
    if tokens.take("CONSTRAINT"):
        tokens.take("IF", "NOT", "EXISTS")
        name = tokens.take_name()
    kind = tokens.take_any(
        "PRIMARY KEY", "UNIQUE INDEX", "UNIQUE KEY", "UNIQUE", "FOREIGN KEY", "CHECK", "EXCLUDE",
        "NOT NULL",
    )  # fmt: skip
    if kind is None:
        return
    kind = "UNIQUE" if kind.startswith("UNIQUE") else kind
    text = tokens.text
    flags = {
        flag
        for flag in ("NOT VALID", "USING INDEX", "DEFERRABLE")
        if flag in join_words(tokens.rest).upper()
    }
    yield Action(f"add {kind.lower()}", table, name, text, frozenset(flags))


def is_constraint(words: list[str]) -> bool:
    """Whether an item of CREATE TABLE declares something other than a column."""
    return bool(words) and words[0].upper() in (*CONSTRAINTS, "LIKE", "KEY", "INDEX", "FULLTEXT")


def _top_level(words: list[str]) -> str:
    """Return a declaration in upper case without its parentheses and strings."""
    depth, outside = 0, []
    for word in words:
        depth -= word == ")"
        if depth == 0 and word[:1] not in "'\"`":
            outside.append(word.upper())
        depth += word == "("
    return " ".join(outside)
