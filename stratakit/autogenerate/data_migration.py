"""The pattern of a data migration, as a comment in an empty revision."""

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


class DataPatternOp(ops.MigrateOperation):
    """The commented pattern in place of operations."""


@renderers.dispatch_for(DataPatternOp)
def _render(_context: AutogenContext, _pattern: DataPatternOp) -> list[str]:
    return PATTERN.splitlines()


def add_pattern(script: ops.MigrationScript) -> None:
    """Write the pattern into the upgrade of a script."""
    for operations in script.upgrade_ops_list:
        operations.ops.append(DataPatternOp())
