"""Options of `op.alter_column` that PostgreSQL needs and Alembic does not render."""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Identity

from stratakit.alembic_private import render_server_default

INDENT = " " * 11
"""Alembic's own, inside `op.alter_column(`."""

_render = renderers.dispatch(ops.AlterColumnOp)


@renderers.dispatch_for(ops.AlterColumnOp, replace=True)
def _render_alter_column(context: AutogenContext, operation: ops.AlterColumnOp) -> str:
    code = str(_render(context, operation)).removesuffix(")")
    if using := operation.kw.get("postgresql_using"):
        code += f",\n{INDENT}postgresql_using={using!r}"
    identity = operation.existing_server_default
    if isinstance(identity, Identity) and operation.modify_server_default is not False:
        default = render_server_default(identity, context)
        code += f",\n{INDENT}existing_server_default={default}"
    return f"{code})"
