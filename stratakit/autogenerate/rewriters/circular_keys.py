"""Foreign keys of new tables to tables that come later, or that say `use_alter`.

CREATE TABLE cannot hold them, and Alembic leaves out those that say it.
"""

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint

from stratakit.autogenerate.rewriters import constraint_names
from stratakit.config import Backend
from stratakit.operations import walk


def opened(script: ops.MigrationScript, backend: Backend) -> None:
    """Add such keys when all tables are there.

    Args:
        script: as Alembic's comparison made it; changed in place, with its downgrade.
        backend: of the database; SQLite needs no table that a key refers to.
    """
    if backend == "sqlite":
        return
    for operations, back in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=True):
        new = [each for each in operations.ops if isinstance(each, ops.CreateTableOp)]
        ahead = {walk.full_name(each) for each in new}
        added: list[ops.ModifyTableOps] = []
        for table in new:
            ahead.remove(walk.full_name(table))
            keys = [
                each
                for each in table.columns
                if isinstance(each, ForeignKeyConstraint)
                and (each.use_alter or walk.referred(each.elements[0]) in ahead)
            ]
            if keys:
                left = {id(key) for key in keys}
                table.columns = [each for each in table.columns if id(each) not in left]
                adds = [ops.CreateForeignKeyOp.from_constraint(key) for key in keys]
                added.append(ops.ModifyTableOps(table.table_name, adds, schema=table.schema))
                constraint_names.given(added[-1])
        if added:
            operations.ops += added
            operations.reverse_into(back)
