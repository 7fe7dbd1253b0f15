"""SQL expressions in revisions: exactly as the models or the database have them.

Alembic compiles an expression for the driver, which doubles each `%`, and SQLAlchemy takes a word
after a colon for a parameter.
"""

import re
from collections.abc import Callable
from typing import Any

from alembic.runtime.migration import MigrationContext
from sqlalchemy import TextClause, text

from stratakit.alembic_private import replace_expression_renderer

PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))")
"""The colon of what `sqlalchemy.text` takes for a parameter."""


def escape(sql: str) -> str:
    """Return SQL as the text of `sqlalchemy.text`, in which no colon begins a parameter."""
    return PARAMETER.sub(r"\:", sql)


def render_expressions_exactly(context: MigrationContext) -> None:
    """Let Alembic render expressions without a change.

    Args:
        context: of the run that writes a revision.
    """
    is_doubled = context.dialect.paramstyle in ("format", "pyformat")

    def wrap(render: Callable[..., str]) -> Callable[..., str]:
        def render_exactly(expression: Any, *, is_index: bool = False, **options: bool) -> str:
            if isinstance(expression, TextClause):
                expression = text(escape(expression.text))
            sql = render(expression, is_index=is_index, **options)
            sql = sql.replace("%%", "%") if is_doubled else sql
            # The expression of an index is rendered as a literal column, which has no parameters.
            return sql if is_index else escape(sql)

        return render_exactly

    replace_expression_renderer(context, wrap)
