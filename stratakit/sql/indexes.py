"""Definitions of indexes and keys, as Alembic code writes them."""

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
    """The part of CREATE INDEX after the table, or of a constraint after its kind.

    Args:
        columns: as Python code: names as strings, expressions as `sa.text(...)`.
        using: the method, such as gin; empty if none is named.
        where: the condition of a partial index.
    """

    columns: tuple[str, ...] = ()
    using: str = ""
    where: str = ""

    @property
    def column_list(self) -> str:
        """The columns as a Python list."""
        return f"[{', '.join(self.columns) or '...'}]"


def parse_index(text: str) -> IndexDefinition:
    """Parse the definition from an action's text."""
    for words in split_statements(text):
        tokens = Tokens(words)
        using = tokens.take_name() if tokens.take("USING") else ""
        while tokens and not tokens.starts_with("("):
            tokens.take_word()
        columns = tuple(_render_column(part) for part in split_at_commas(tokens.take_parentheses()))
        while tokens and not tokens.take("WHERE"):
            tokens.take_word()
        return IndexDefinition(columns, "" if using == "btree" else using, tokens.text)
    return IndexDefinition()


def columns_in(text: str) -> list[str]:
    """Return the names of the columns in the first parentheses of an action's text."""
    tokens = Tokens(next(split_statements(text), []))
    while tokens and not tokens.starts_with("("):
        tokens.take_word()
    return [unquote(part[0]) for part in split_at_commas(tokens.take_parentheses())]


def _render_column(words: list[str]) -> str:
    if len(words) == 1:
        return as_python(unquote(words[0]))
    return f"sa.text({as_python(join_words(words))})"
