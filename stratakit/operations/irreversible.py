"""A downgrade that fails, because the file declares `irreversible = "reason"`."""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops


class IrreversibleOp(ops.MigrateOperation):
    """The only operation of a downgrade that does not exist."""

    def to_diff_tuple(self) -> tuple[str]:
        return ("irreversible",)

    def reverse(self) -> ops.MigrateOperation:
        return ops.OpContainer()


@renderers.dispatch_for(IrreversibleOp)
def _render(_context: AutogenContext, _operation: IrreversibleOp) -> str:
    return "raise NotImplementedError(irreversible)"
