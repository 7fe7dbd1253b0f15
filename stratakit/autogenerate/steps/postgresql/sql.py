"""Names, types and defaults as PostgreSQL writes them."""

from typing import Any

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import DefaultClause
from sqlalchemy.types import TypeEngine

from stratakit.operations.rendering import quote_literal

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def quote(name: str) -> str:
    """Return a name, quoted if PostgreSQL needs it."""
    return str(DIALECT.identifier_preparer.quote(name))


def compile_type(type_: TypeEngine[Any]) -> str:
    """Return a type, such as `VARCHAR(20)`."""
    return type_.compile(dialect=DIALECT)


def compile_default(default: DefaultClause) -> str:
    """Return the expression of a server default."""
    if isinstance(default.arg, str):
        return quote_literal(default.arg)
    compiled = default.arg.compile(dialect=DIALECT, compile_kwargs={"literal_binds": True})
    return str(compiled)
