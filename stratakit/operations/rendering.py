"""Names in SQL, quoted where the database needs it."""

from alembic.operations import Operations


def quoted(operations: Operations, name: str, schema: str | None = None) -> str:
    """A name, behind its schema."""
    preparer = operations.get_context().dialect.identifier_preparer
    return ".".join(preparer.quote(part) for part in (schema, name) if part)


def literal(text: str) -> str:
    """A string as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def arguments(*positional: object, **named: object) -> str:
    """Arguments as Python writes them; those that are None are left out."""
    given = [f"{name}={value!r}" for name, value in named.items() if value not in (None, False)]
    return ", ".join([*map(repr, positional), *given])
