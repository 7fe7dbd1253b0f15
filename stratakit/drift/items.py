"""Constraints and indexes of a table, with the operations that create and drop them."""

from typing import Any

from alembic.operations import ops
from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    column,
)
from sqlalchemy.schema import conv
from sqlalchemy.sql import visitors
from sqlalchemy.sql.visitors import ExternallyTraversible

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
    if isinstance(operation, ops.CreateCheckConstraintOp) and isinstance(item, CheckConstraint):
        # A condition on a model's own columns would attach the constraint to the model again.
        operation.condition = visitors.replacement_traverse(item.sqltext, {}, _detach)
    return operation


def _detach(element: ExternallyTraversible, **_: object) -> ExternallyTraversible | None:
    return column(element.name, element.type) if isinstance(element, Column) else None


def drop_item(item: Item) -> ops.MigrateOperation:
    """Return the operation that drops a constraint or an index that was reflected."""
    # The name is as it is, whatever the naming convention of the models.
    item.name = conv(str(item.name))
    if isinstance(item, Index):
        return ops.DropIndexOp.from_index(item)
    return ops.DropConstraintOp.from_constraint(item)
