"""Another type of a column, which needs a rewrite of the table or another value in each row."""

from alembic.operations import ops

from stratakit.autogenerate.steps.postgresql.sql import compile_type
from stratakit.operations.snippets import quote_name
from stratakit.recipes.recipe import Plan, Recipe, Request
from stratakit.recipes.replace_column import replace_column


class ChangeType(Recipe):
    """Change the type of a column, or the values of its enum: the column gets a new name."""

    name = "change-type"
    target = "TABLE.COLUMN NEW [--value SQL] [--back SQL]"

    def plan(self, request: Request) -> Plan:
        """Add a column of the new type, keep both equal, drop the old one."""
        types = {request.name: "", request.to: ""}
        for operation in request.operations():
            if isinstance(operation, ops.AddColumnOp) and operation.column.name == request.to:
                types[request.to] = compile_type(operation.column.type)
            if isinstance(operation, ops.DropColumnOp) and operation.column_name == request.name:
                types[request.name] = compile_type(operation.to_column().type)
        old, new = quote_name(request.name), quote_name(request.to)
        forward = request.value or f"{old}::text::{types[request.to]}"
        backward = request.back or f"{new}::text::{types[request.name]}"
        return replace_column(self, request, forward, backward)
