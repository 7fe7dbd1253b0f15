"""A column's declaration in ADD COLUMN, MODIFY or CREATE TABLE, and a constraint's."""

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
    """The act of adding a column; its flags are what the declaration says of it."""
    tokens = Tokens(words)
    name = tokens.name()
    text = tokens.text
    flags = {phrase for phrase in PHRASES if phrase in _top_level(tokens.rest)}
    if tokens and tokens.words[tokens.place].upper() in SERIALS:
        flags.add("SERIAL")
    return Action(kind, table, name, text, frozenset(flags))


def type_of(declaration: str) -> str:
    """The type at the beginning of a column's declaration, in lower case."""
    ends = r"\b(NOT|NULL|DEFAULT|PRIMARY|UNIQUE|REFERENCES|CHECK|GENERATED|CONSTRAINT|COLLATE|USING"
    ends += r"|COMMENT|AUTO_INCREMENT|FIRST|AFTER)\b"
    return re.split(ends, declaration, maxsplit=1, flags=re.IGNORECASE)[0].strip().lower()


def default_of(declaration: str) -> str | None:
    """The expression behind DEFAULT."""
    found = re.search(
        r"\bDEFAULT\s+(.*?)(?=\s+(?:NOT NULL|NULL|UNIQUE|PRIMARY|REFERENCES|CHECK|CONSTRAINT"
        r"|COMMENT|GENERATED|COLLATE|FIRST|AFTER)\b|$)",
        declaration,
        re.IGNORECASE,
    )
    return found[1].strip() if found else None


def referenced_table(act: Action) -> str:
    """The table that a foreign key of an act refers to; empty where it has none."""
    found = re.split(r"\bREFERENCES\s", act.text, maxsplit=1, flags=re.IGNORECASE)
    words = next(split_statements(found[1]), []) if len(found) > 1 else []
    return Tokens(words).name() if words else ""


def parse_constraint(table: str, tokens: Tokens) -> Iterator[Action]:
    """The act of adding a constraint."""
    name = ""
    if tokens.take("CONSTRAINT"):
        tokens.take("IF", "NOT", "EXISTS")
        name = tokens.name()
    kind = tokens.any_of(
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
    """Whether a part of CREATE TABLE's parentheses declares no column."""
    return bool(words) and words[0].upper() in (*CONSTRAINTS, "LIKE", "KEY", "INDEX", "FULLTEXT")


def _top_level(words: list[str]) -> str:
    """A declaration without what stands in parentheses and strings."""
    depth, kept = 0, []
    for word in words:
        depth -= word == ")"
        if depth == 0 and word[:1] not in "'\"`":
            kept.append(word.upper())
        depth += word == "("
    return " ".join(kept)
