"""Declarations of columns and constraints in ADD, MODIFY and CREATE TABLE."""

from collections.abc import Iterator

from stratakit.sql.action import Action
from stratakit.sql.tokenizer import Tokens, join_words, tokenize

CONSTRAINTS = (
    "PRIMARY KEY", "UNIQUE INDEX", "UNIQUE KEY", "UNIQUE", "FOREIGN KEY", "CHECK", "EXCLUDE",
    "NOT NULL",
)  # fmt: skip
INDEXES = (
    "FULLTEXT INDEX", "FULLTEXT KEY", "FULLTEXT", "SPATIAL INDEX", "SPATIAL KEY", "SPATIAL",
    "INDEX", "KEY",
)  # fmt: skip
SERIALS = ("SMALLSERIAL", "SERIAL", "BIGSERIAL", "SERIAL2", "SERIAL4", "SERIAL8")
PHRASES = (
    "NOT NULL", "PRIMARY KEY", "UNIQUE", "REFERENCES", "CHECK", "DEFAULT", "GENERATED ALWAYS AS",
    "IDENTITY", "STORED", "VIRTUAL", "AUTO_INCREMENT", "COMMENT", "CONSTRAINT",
)  # fmt: skip
TYPE_ENDS = {
    "NOT", "NULL", "DEFAULT", "PRIMARY", "UNIQUE", "REFERENCES", "CHECK", "GENERATED", "CONSTRAINT",
    "COLLATE", "USING", "COMMENT", "AUTO_INCREMENT", "FIRST", "AFTER",
}  # fmt: skip
DEFAULT_ENDS = {*TYPE_ENDS, "ON"} - {"DEFAULT", "USING"}


def column_action(table: str, words: list[str], kind: str = "add column") -> Action:
    """Return the action that adds a column; the phrases of its declaration are the flags."""
    tokens = Tokens(words)
    name = tokens.take_name()
    flags = _phrases(tokens.rest, PHRASES)
    if any(map(tokens.starts_with, SERIALS)):
        flags |= {"SERIAL"}
    return Action(kind, table, name, tokens.text, flags)


def type_of(declaration: str) -> str:
    """Return the type that a column's declaration begins with, in lower case."""
    return join_words(_take_until(tokenize(declaration), TYPE_ENDS)).lower()


def default_of(declaration: str) -> str | None:
    """Return the expression after DEFAULT; None if the declaration has none."""
    words = tokenize(declaration)
    before = _take_until(words, {"DEFAULT"})
    expression = words[len(before) + 1 :]
    return join_words(_take_until(expression, DEFAULT_ENDS, at_least=1)) or None


def referenced_table(action: Action) -> str:
    """Return the table that an action's foreign key references; empty if it has none."""
    words = tokenize(action.text)
    before = _take_until(words, {"REFERENCES"})
    return Tokens(words[len(before) + 1 :]).take_name()


def parse_constraint(table: str, tokens: Tokens) -> Iterator[Action]:
    """Parse a constraint into the action that adds it."""
    name = ""
    if tokens.take("CONSTRAINT"):
        tokens.take("IF", "NOT", "EXISTS")
        is_named = not any(tokens.starts_with(*kind.split()) for kind in CONSTRAINTS)
        name = tokens.take_name() if is_named else ""
    kind = tokens.take_any(*CONSTRAINTS)
    if kind is None:
        return
    kind = "UNIQUE" if kind.startswith("UNIQUE") else kind
    if kind in ("UNIQUE", "FOREIGN KEY"):
        name = name or take_index_name(tokens)
    flags = _phrases(tokens.rest, ("NOT VALID", "USING INDEX"))
    yield Action(f"add {kind.lower()}", table, name, tokens.text, flags)


def is_constraint(words: list[str]) -> bool:
    """Return whether an item of CREATE TABLE declares a constraint, or columns of another table."""
    return Tokens(words).take_any("CONSTRAINT", "LIKE", *CONSTRAINTS) is not None


def is_index(words: list[str]) -> bool:
    """Return whether an item declares an index, as on MySQL, or else a column with the name key."""
    tokens = Tokens(words)
    if not tokens.take_any(*INDEXES):
        return False
    take_index_name(tokens)
    if tokens.take("USING"):
        tokens.take_word()
    columns = tokens.take_parentheses()
    # The parentheses of a type hold a length or the values of an enum.
    return bool(columns) and not columns[0][0].isdigit() and not columns[0].startswith("'")


def take_index_name(tokens: Tokens) -> str:
    """Read the name of an index, which is optional before its columns."""
    tokens.take("IF", "NOT", "EXISTS")
    if any(map(tokens.starts_with, ("(", "USING", "NULLS"))):
        return ""
    return tokens.take_name()


def _phrases(words: list[str], phrases: tuple[str, ...]) -> frozenset[str]:
    """Return the phrases of a declaration that are outside of its parentheses and strings."""
    depth, outside = 0, [""]
    for word in words:
        depth -= word == ")"
        if depth == 0 and word[0] not in "'\"`$":
            outside.append(word.upper())
        depth += word == "("
    text = " ".join([*outside, ""]).replace(" SET DEFAULT ", " ")
    return frozenset(phrase for phrase in phrases if f" {phrase} " in text)


def _take_until(words: list[str], ends: set[str], at_least: int = 0) -> list[str]:
    """Return the words before the first of some others that is outside of parentheses."""
    depth = 0
    for index, word in enumerate(words):
        depth += (word == "(") - (word == ")")
        if index >= at_least and depth == 0 and word.upper() in ends:
            return words[:index]
    return words
