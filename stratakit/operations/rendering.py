"""Names, values and statements in SQL, and arguments in Python."""

from alembic.operations import Operations
from sqlalchemy import TextClause, text


def quote(operations: Operations, name: str, schema: str | None = None) -> str:
    """Return a name after its schema, both quoted if the database needs it."""
    preparer = operations.get_context().dialect.identifier_preparer
    return ".".join(preparer.quote(part) for part in (schema, name) if part)


def quote_literal(text: str) -> str:
    """Return a string as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def statement(sql: str) -> TextClause:
    """Return SQL as a statement in which no colon begins a parameter."""
    return text(sql.replace(":", r"\:"))


def execute(operations: Operations, sql: str) -> None:
    """Run SQL, or write it if the command has the option `--sql`."""
    operations.execute(statement(sql))


def render_arguments(*positional: object, **keywords: object) -> str:
    """Return arguments as Python writes them, without the keywords that are None or False."""
    rendered = [
        f"{name}={value!r}" for name, value in keywords.items() if value not in (None, False)
    ]
    return ", ".join([*map(repr, positional), *rendered])
