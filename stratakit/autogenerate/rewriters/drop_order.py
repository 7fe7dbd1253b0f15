"""The order of dropped tables.

Alembic's comparison drops tables in any order, and before it drops the foreign keys of other tables
that reference them.
"""

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint

from stratakit.alembic_private import created_again
from stratakit.autogenerate.change import Change
from stratakit.operations import walk
from stratakit.operations.enums import DropEnumOp
from stratakit.operations.statements import StatementOp


def order_table_drops(change: Change) -> None:
    """Drop tables after all other operations, and each before the tables that it references.

    Args:
        change: its operations are reordered.
    """
    found = [each for each in change.operations if isinstance(each, ops.DropTableOp)]
    drops = {walk.full_name(each): each for each in sorted(found, key=walk.full_name)}
    referrers: dict[str, set[str]] = {name: set() for name in drops}
    for name, drop in drops.items():
        for key in drop.to_table().foreign_keys:
            referenced = walk.referenced_table(key)
            if referenced in drops and referenced != name:
                referrers[referenced].add(name)
    freed: list[ops.MigrateOperation] = []
    for name in _break_cycles(referrers, freed, drops, is_needed=change.backend != "sqlite"):
        drops[name] = drops.pop(name)
    # The tables may have columns of the enums, and lie in the schemas.
    last = [each for each in change.operations if _is_last(each)]
    others = [
        each
        for each in change.operations
        if each not in last and not isinstance(each, ops.DropTableOp)
    ]
    change.operations[:] = [*others, *freed, *drops.values(), *last]


def _is_last(operation: ops.MigrateOperation) -> bool:
    is_removal = isinstance(operation, StatementOp) and operation.removes
    return isinstance(operation, DropEnumOp) or is_removal


def _break_cycles(
    referrers: dict[str, set[str]],
    freed: list[ops.MigrateOperation],
    drops: Mapping[str, ops.DropTableOp],
    *,
    is_needed: bool,
) -> list[str]:
    """Return an order of the tables, without the foreign keys that would be in a cycle.

    Args:
        referrers: the tables that reference each table; changed.
        freed: gets the drops of such foreign keys.
        drops: the drops of the tables, whose downgrades leave these keys to those.
        is_needed: whether the database refuses to drop a table that another one references.
    """
    while True:
        try:
            return list(TopologicalSorter(referrers).static_order())
        except CycleError as error:
            # Each of the cycle is a predecessor of the next one.
            referrer, referenced = error.args[1][:2]
            referrers[referenced].remove(referrer)
            if is_needed:
                freed += _take_keys(drops[referrer], referenced)


def _take_keys(drop: ops.DropTableOp, referenced: str) -> list[ops.MigrateOperation]:
    create = created_again(drop)
    if create is None:
        return []
    keys = [
        item
        for item in create.columns
        if isinstance(item, ForeignKeyConstraint)
        and walk.referenced_table(item.elements[0]) == referenced
    ]
    # A column has no truth value: `in` would fail.
    create.columns = [item for item in create.columns if all(item is not key for key in keys)]
    return [ops.DropConstraintOp.from_constraint(key) for key in keys]
