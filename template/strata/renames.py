"""What was dropped and added may have been renamed: at a terminal, the person there is asked.

Without an answer it stays a drop and an addition, with a finding that shows both.
"""

import sys
from collections.abc import Callable

from alembic.operations import ops

from strata import doubts
from strata.operations.enums import DifferingEnumOp, RenameEnumValueOp
from strata.operations.renames import RenameColumnOp, RenameTableOp

Ask = Callable[[str], bool]


def at_a_terminal() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def asked(question: str) -> bool:
    """Ask at the terminal; all but yes is no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def settle(operations: ops.UpgradeOps, ask: Ask = asked) -> None:
    """Put renames in the place of what is dropped and added, where the answer is yes."""
    _tables(operations, ask)
    for table in operations.ops:
        if isinstance(table, ops.ModifyTableOps):
            _columns(table, ask)
    settled: list[ops.MigrateOperation] = []
    for operation in operations.ops:
        settled += (
            _values(operation, ask) if isinstance(operation, DifferingEnumOp) else [operation]
        )
    operations.ops[:] = settled


def _tables(operations: ops.UpgradeOps, ask: Ask) -> None:
    for dropped in [each for each in operations.ops if isinstance(each, ops.DropTableOp)]:
        for name in doubts.table_twins(dropped, operations.ops):
            if not ask(f"Was table {dropped.table_name} renamed to {name}?"):
                continue
            names = (dropped.table_name, name)
            place = operations.ops.index(dropped)
            operations.ops[place] = RenameTableOp(dropped.table_name, name, dropped.schema)
            # Its indexes stay, under their names.
            operations.ops[:] = [
                each
                for each in operations.ops
                if not isinstance(each, ops.CreateTableOp | ops.ModifyTableOps)
                or each.table_name not in names
            ]
            break


def _columns(table: ops.ModifyTableOps, ask: Ask) -> None:
    for dropped in [each for each in table.ops if isinstance(each, ops.DropColumnOp)]:
        for added in doubts.column_twins(dropped, table.ops):
            old, new = dropped.column_name, added.column.name
            if ask(f"Was column {table.table_name}.{old} renamed to {new}?"):
                rename = RenameColumnOp(table.table_name, old, new, table.schema)
                table.ops[table.ops.index(added)] = rename
                table.ops.remove(dropped)
                break


def _values(differing: DifferingEnumOp, ask: Ask) -> list[ops.MigrateOperation]:
    name, schema = differing.enum_name, differing.schema
    renamed = {
        old: new
        for old, new in differing.renamed.items()
        if ask(f"Was value {old} of enum {name} renamed to {new}?")
    }
    values = [renamed.get(value, value) for value in differing.values]
    left = DifferingEnumOp(name, values, differing.declared, schema=schema)
    renames = [RenameEnumValueOp(name, old, new, schema=schema) for old, new in renamed.items()]
    return [*renames, *([left] if left.removed or left.reordered else [])]
