"""What PostgreSQL has to be told of a column that changes, and Alembic leaves out of the file."""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

ALEMBICS = renderers.dispatch(ops.AlterColumnOp)


@renderers.dispatch_for(ops.AlterColumnOp, replace=True)
def _rendered(context: AutogenContext, operation: ops.AlterColumnOp) -> str:
    said = str(ALEMBICS(context, operation)).removesuffix(")")
    if using := operation.kw.get("postgresql_using"):
        said += f",\n{' ' * 11}postgresql_using={using!r}"
    return f"{said})"
