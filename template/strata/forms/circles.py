"""Foreign keys of new tables to tables that come later, or that say `use_alter`.

CREATE TABLE cannot hold them, and Alembic leaves out those that say it.
"""

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.schema import conv

from strata import naming
from strata.config import Family


def opened(script: ops.MigrationScript, family: Family) -> None:
    """Add such keys when all tables are there.

    Args:
        script: as Alembic's comparison made it; changed in place, with its downgrade.
        family: of the database; SQLite needs no table that a key refers to.
    """
    if family == "sqlite":
        return
    for operations, back in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=True):
        new = [each for each in operations.ops if isinstance(each, ops.CreateTableOp)]
        ahead = {_name(each) for each in new}
        added: list[ops.MigrateOperation] = []
        for table in new:
            ahead.remove(_name(table))
            keys = [
                each
                for each in table.columns
                if isinstance(each, ForeignKeyConstraint)
                and (each.use_alter or _referred(each) in ahead)
            ]
            if keys:
                left = {id(key) for key in keys}
                table.columns = [each for each in table.columns if id(each) not in left]
                added.append(
                    ops.ModifyTableOps(table.table_name, list(map(_add, keys)), schema=table.schema)
                )
        if added:
            operations.ops += added
            operations.reverse_into(back)


def _add(key: ForeignKeyConstraint) -> ops.MigrateOperation:
    operation = ops.CreateForeignKeyOp.from_constraint(key)
    if operation.constraint_name is None:
        operation.constraint_name = conv(naming.of(key))
    return operation


def _referred(key: ForeignKeyConstraint) -> str:
    return key.elements[0].target_fullname.rpartition(".")[0]


def _name(table: ops.CreateTableOp) -> str:
    return ".".join(filter(None, (table.schema, table.table_name)))
