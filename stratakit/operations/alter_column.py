"""What PostgreSQL has to be told of a column that changes, and Alembic leaves out of the file."""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import _render_server_default
from alembic.operations import ops
from sqlalchemy import Identity

ALEMBICS = renderers.dispatch(ops.AlterColumnOp)


@renderers.dispatch_for(ops.AlterColumnOp, replace=True)
def _rendered(context: AutogenContext, operation: ops.AlterColumnOp) -> str:
    said = str(ALEMBICS(context, operation)).removesuffix(")")
    if using := operation.kw.get("postgresql_using"):
        said += f",\n{' ' * 11}postgresql_using={using!r}"
    identity = operation.existing_server_default
    if isinstance(identity, Identity) and operation.modify_server_default is not False:
        rendered = _render_server_default(identity, context)
        said += f",\n{' ' * 11}existing_server_default={rendered}"
    return f"{said})"
