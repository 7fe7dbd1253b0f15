"""What an index or a key is on, as Alembic code says it."""

from dataclasses import dataclass

from stratakit.sql.tokenizer import Tokens, as_python, bare, joined, parts, statements


@dataclass(frozen=True)
class Indexed:
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


def indexed(text: str) -> Indexed:
    """Read it from an act's text."""
    for words in statements(text):
        tokens = Tokens(words)
        using = tokens.name() if tokens.take("USING") else ""
        while tokens and not tokens.at("(") and not tokens.at("WHERE"):
            tokens.next()
        columns = tuple(_code(part) for part in parts(tokens.parenthesised()))
        while tokens and not tokens.take("WHERE"):
            tokens.next()
        return Indexed(columns, "" if using == "btree" else using, tokens.text)
    return Indexed()


def columns_in(text: str) -> list[str]:
    """The names of the columns in the first parentheses of an act's text."""
    tokens = Tokens(next(statements(text), []))
    while tokens and not tokens.at("("):
        tokens.next()
    return [bare(part[0]) for part in parts(tokens.parenthesised())]


def _code(words: list[str]) -> str:
    if len(words) == 1 and not words[0].startswith("'"):
        return f'"{bare(words[0])}"'
    return f"sa.text({as_python(joined(words))})"
