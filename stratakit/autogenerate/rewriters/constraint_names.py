"""Constraints without a name get the one that the convention would give them.

A revision that adds one has to name it to undo that, and to validate it. The server would choose a
name that nobody knows before.
"""

from alembic.operations import ops
from sqlalchemy.schema import conv

from stratakit.operations import walk
from stratakit.orm import naming


def given(operations: ops.OpContainer) -> None:
    """Name the unique constraints and foreign keys that are added to a table."""
    for operation in walk.single(operations):
        if (
            isinstance(operation, ops.CreateUniqueConstraintOp | ops.CreateForeignKeyOp)
            and operation.constraint_name is None
        ):
            operation.constraint_name = conv(naming.default_name(operation.to_constraint()))
