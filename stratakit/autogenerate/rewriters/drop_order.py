"""The order of dropped tables.

Alembic's comparison drops tables in any order, and before it drops the foreign keys of other tables
that reference them.
"""

from contextlib import suppress
from graphlib import CycleError, TopologicalSorter

from alembic.operations import ops

from stratakit.autogenerate.change import Change
from stratakit.operations import walk


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
    # A cycle has no order: a person has to drop a foreign key first.
    with suppress(CycleError):
        drops = {name: drops[name] for name in TopologicalSorter(referrers).static_order()}
    others = [each for each in change.operations if not isinstance(each, ops.DropTableOp)]
    change.operations[:] = [*others, *drops.values()]
