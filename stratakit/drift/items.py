"""Constraints and indexes of a table, with the operations that create and drop them."""

from typing import Any

from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    Constraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.schema import conv

Item = Constraint | Index
CREATE: dict[type[Item], Any] = {
    Index: ops.CreateIndexOp.from_index,
    UniqueConstraint: ops.CreateUniqueConstraintOp.from_constraint,
    CheckConstraint: ops.CreateCheckConstraintOp.from_constraint,
    ForeignKeyConstraint: ops.CreateForeignKeyOp.from_constraint,
}


def create_item(item: Item) -> ops.MigrateOperation:
    """Return the operation that creates a constraint or an index of a model."""
    operation: ops.MigrateOperation = CREATE[type(item)](item)
    return operation


def drop_item(item: Item) -> ops.MigrateOperation:
    """Return the operation that drops a constraint or an index that was reflected."""
    # The name is as it is, whatever the naming convention of the models.
    item.name = conv(str(item.name))
    if isinstance(item, Index):
        return ops.DropIndexOp.from_index(item)
    return ops.DropConstraintOp.from_constraint(item)
