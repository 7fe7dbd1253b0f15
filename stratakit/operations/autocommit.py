"""Operations in an autocommit block, in which each statement is a transaction of its own."""

from collections.abc import Sequence

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import render_op
from alembic.operations import ops


class AutocommitOp(ops.OpContainer):
    """A block in a revision's file: `with op.get_context().autocommit_block():`."""

    def __init__(self, operations: Sequence[ops.MigrateOperation]) -> None:
        super().__init__(operations)


@renderers.dispatch_for(AutocommitOp)
def _render(context: AutogenContext, block: AutocommitOp) -> list[str]:
    lines = ["with op.get_context().autocommit_block():"]
    for operation in block.ops:
        lines += render_op(context, operation)
    # Alembic's printer ends a block at an empty line.
    return [*lines, ""]
