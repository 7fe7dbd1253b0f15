"""Foreign keys of new tables that CREATE TABLE cannot contain.

They reference a table that is created later, or have `use_alter`, and Alembic leaves the latter
out.
"""

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint

from stratakit.autogenerate.change import Change
from stratakit.autogenerate.rewriters.constraint_names import add_name
from stratakit.operations import walk


def defer_circular_foreign_keys(change: Change) -> None:
    """Add such foreign keys after all tables are created.

    SQLite needs no table that a foreign key references, and adds none to a table.

    Args:
        change: its operations are changed.
    """
    if change.backend == "sqlite":
        return
    created = [each for each in change.operations if isinstance(each, ops.CreateTableOp)]
    later = {walk.full_name(each) for each in created}
    for table in created:
        later.remove(walk.full_name(table))
        deferred = [
            item
            for item in table.columns
            if isinstance(item, ForeignKeyConstraint)
            and (item.use_alter or walk.referenced_table(item.elements[0]) in later)
        ]
        if deferred:
            # A column has no truth value: `in` would fail.
            table.columns = [
                item for item in table.columns if all(item is not key for key in deferred)
            ]
            keys = [ops.CreateForeignKeyOp.from_constraint(key) for key in deferred]
            for key in keys:
                add_name(key)
            change.operations.append(
                ops.ModifyTableOps(table.table_name, keys, schema=table.schema)
            )
