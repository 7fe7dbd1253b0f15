"""The reverse of an operation concerns the same object."""

import pytest
from alembic.operations import ops

from stratakit.operations.constraints import UniqueUsingIndexOp, ValidateConstraintOp


@pytest.mark.parametrize("operation", [UniqueUsingIndexOp, ValidateConstraintOp])
@pytest.mark.parametrize("schema", [None, "shop"])
def test_a_constraint_is_dropped_where_it_was_added(
    operation: type[UniqueUsingIndexOp | ValidateConstraintOp], schema: str | None
) -> None:
    reverse = operation("uq_name", "items", schema=schema).reverse()
    assert isinstance(reverse, ops.DropConstraintOp)
    assert (reverse.constraint_name, reverse.table_name, reverse.schema) == (
        "uq_name",
        "items",
        schema,
    )
