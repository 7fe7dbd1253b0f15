"""What an index or a key is on, as Alembic code says it."""

from dataclasses import dataclass

from stratakit.sql.tokenizer import (
    Tokens,
    as_python,
    join_words,
    split_at_commas,
    split_statements,
    unquote,
)


@dataclass(frozen=True)
class IndexDefinition:
    """What stands behind the table in CREATE INDEX, or behind the kind of a constraint.

    Args:
        columns: as Python code: names as strings, expressions as `sa.text(...)`.
        using: the method, such as gin; empty where none is named.
        where: the condition of a partial index.
    """

    columns: tuple[str, ...] = ()
    using: str = ""
    where: str = ""

    @property
    def listed(self) -> str:
        """The columns as a Python list."""
        return f"[{', '.join(self.columns) or '...'}]"


def parse_index(text: str) -> IndexDefinition:
    """Read it from an act's text."""
    for words in split_statements(text):
        tokens = Tokens(words)
        using = tokens.name() if tokens.take("USING") else ""
        while tokens and not tokens.at("(") and not tokens.at("WHERE"):
            tokens.next()
        columns = tuple(_code(part) for part in split_at_commas(tokens.parenthesised()))
        while tokens and not tokens.take("WHERE"):
            tokens.next()
        return IndexDefinition(columns, "" if using == "btree" else using, tokens.text)
    return IndexDefinition()


def columns_in(text: str) -> list[str]:
    """The names of the columns in the first parentheses of an act's text."""
    tokens = Tokens(next(split_statements(text), []))
    while tokens and not tokens.at("("):
        tokens.next()
    return [unquote(part[0]) for part in split_at_commas(tokens.parenthesised())]


def _code(words: list[str]) -> str:
    if len(words) == 1 and not words[0].startswith("'"):
        return f'"{unquote(words[0])}"'
    return f"sa.text({as_python(join_words(words))})"
