"""Statements of a schema as the code of a revision."""

import re

# The colon that SQLAlchemy's text() would take as the start of a parameter.
# https://docs.sqlalchemy.org/en/21/core/sqlelement.html#sqlalchemy.sql.expression.text
PARAMETER = re.compile(r"(?<![:\w\x5c]):(?=\w+(?!:))")
# A backslash before a colon, which text() would take as an escape.
BACKSLASH = re.compile(r"\\(?=:\w*(?![:\w]))")


def escape(statement: str) -> str:
    """Return a statement in which `text()` finds no parameter."""
    return PARAMETER.sub(r"\\:", BACKSLASH.sub(r"\\\\", statement))


def literal(statement: str) -> str:
    """Return the code of a statement, for `op.execute()`."""
    escaped = escape(statement)
    if '"""' in escaped or escaped.endswith("\\"):
        return repr(escaped)
    return f'r"""\n{escaped}\n"""'
