"""Names for the unique constraints and foreign keys that the models leave unnamed.

A revision needs the name to validate a constraint, and to drop it in its downgrade. The server
would choose a name that nobody knows beforehand.
"""

from alembic.autogenerate.rewriter import Rewriter
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.schema import conv

from stratakit.orm import naming

Constraint = ops.CreateUniqueConstraintOp | ops.CreateForeignKeyOp

name_constraints = Rewriter()


def add_name(operation: Constraint) -> None:
    """Give a constraint without a name the one of stratakit's naming convention."""
    if operation.constraint_name is None:
        operation.constraint_name = conv(naming.default_name(operation.to_constraint()))


@name_constraints.rewrites(ops.CreateUniqueConstraintOp)
@name_constraints.rewrites(ops.CreateForeignKeyOp)
def _name(
    _context: MigrationContext, _revision: object, operation: Constraint
) -> ops.MigrateOperation:
    add_name(operation)
    return operation
