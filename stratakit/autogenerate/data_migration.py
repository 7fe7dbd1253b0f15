"""The pattern of a migration of data, written into an empty revision as a comment."""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

PATTERN = """\
# Data in batches, each its own transaction, so that no row is locked for long:
# connection = op.get_bind()
# with op.get_context().autocommit_block():
#     while connection.execute(
#         sa.text(
#             "UPDATE items SET name = trim(name) WHERE id IN (SELECT id FROM "
#             "(SELECT id FROM items WHERE name <> trim(name) LIMIT 1000) batch)"
#         )
#     ).rowcount:
#         pass
pass"""


class BatchesOp(ops.MigrateOperation):
    """The commented pattern, in place of operations."""


@renderers.dispatch_for(BatchesOp)
def _rendered(_context: AutogenContext, _pattern: BatchesOp) -> list[str]:
    return PATTERN.splitlines()
