"""What an index or a key is on, and the Alembic code that says it."""

from dataclasses import dataclass

from strata.sql.tokens import Tokens, bare, joined, parts, statements


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


def create_index(name: str, table: str, on: Indexed, *, unique: bool = False) -> str:
    """The operation that builds an index while rows are written."""
    schema, _, bare_table = table.rpartition(".")
    options = [
        f'"{name}"',
        f'"{bare_table}"',
        on.listed,
        *([f'schema="{schema}"'] if schema else ()),
        *(["unique=True"] if unique else ()),
        *([f'postgresql_using="{on.using}"'] if on.using else ()),
        *([f"postgresql_where=sa.text({_quoted(on.where)})"] if on.where else ()),
        "postgresql_concurrently=True",
    ]
    return f"op.create_index({', '.join(options)})"


def _code(words: list[str]) -> str:
    if len(words) == 1 and not words[0].startswith("'"):
        return f'"{bare(words[0])}"'
    return f"sa.text({_quoted(joined(words))})"


def _quoted(text: str) -> str:
    return repr(text) if '"' in text else f'"{text}"'
