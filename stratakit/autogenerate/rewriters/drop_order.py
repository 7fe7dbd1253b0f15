"""Tables that go: behind all that refers to them.

Alembic's comparison drops them by their names, before it drops a key of another table.
"""

from contextlib import suppress
from graphlib import CycleError, TopologicalSorter

from alembic.operations import ops

from stratakit.operations import walk


def last(script: ops.MigrationScript) -> None:
    """Move what drops a table behind all else, tables that refer to others first.

    Args:
        script: as Alembic's comparison made it; changed in place, with its downgrade.
    """
    for operations, back in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=True):
        drops = {
            walk.full_name(each): each
            for each in operations.ops
            if isinstance(each, ops.DropTableOp)
        }
        if not drops:
            continue
        referrers: dict[str, set[str]] = {name: set() for name in drops}
        for name, drop in drops.items():
            for key in drop.to_table().foreign_keys:
                referred = walk.referred(key)
                if referred in drops and referred != name:
                    referrers[referred].add(name)
        # In a circle there is no order: a person has to drop a key first.
        with suppress(CycleError):
            drops = {name: drops[name] for name in TopologicalSorter(referrers).static_order()}
        others = [each for each in operations.ops if not isinstance(each, ops.DropTableOp)]
        operations.ops = [*others, *drops.values()]
        operations.reverse_into(back)
