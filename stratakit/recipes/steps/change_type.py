"""Another type of a column, which needs a rewrite of the table or another value in each row."""

from typing import Any

from alembic.operations import ops
from sqlalchemy.types import NULLTYPE, NullType, TypeEngine

from stratakit.autogenerate.steps.postgresql.sql import compile_type
from stratakit.autogenerate.steps.postgresql.types import cast_expression
from stratakit.operations.snippets import quote_name
from stratakit.recipes.recipe import Plan, Recipe, Request
from stratakit.recipes.replace_column import replace_column


class ChangeType(Recipe):
    """Change the type of a column, or the values of its enum: the column gets a new name."""

    name = "change-type"
    target = "TABLE.COLUMN NEW [--value SQL] [--back SQL]"

    def plan(self, request: Request) -> Plan:
        """Add a column of the new type, keep both equal, drop the old one."""
        types: dict[str, TypeEngine[Any]] = {}
        for operation in request.operations():
            if isinstance(operation, ops.AddColumnOp):
                types[operation.column.name] = operation.column.type
            if isinstance(operation, ops.DropColumnOp):
                types[operation.column_name] = operation.to_column().type
        old, new = types.get(request.name, NULLTYPE), types.get(request.to, NULLTYPE)
        return replace_column(
            self,
            request,
            request.value or _cast(request.name, old, new),
            request.back or _cast(request.to, new, old),
        )


def _cast(column: str, old: TypeEngine[Any], new: TypeEngine[Any]) -> str:
    """Return SQL that converts a column."""
    if isinstance(old, NullType) or isinstance(new, NullType):
        return quote_name(column)
    return cast_expression(column, old, new) or f"{quote_name(column)}::{compile_type(new)}"
