"""Renames: what was dropped and added may be one object under a new name, and a person knows.

Without the answer yes it stays a drop and an addition, with a hazard that shows both.
"""

from alembic.operations import ops

from stratakit.autogenerate.change import Change
from stratakit.autogenerate.renames.candidates import (
    rename_candidates_of_column,
    rename_candidates_of_table,
)
from stratakit.autogenerate.renames.dependents import (
    RenameMap,
    rename_dependents,
    rename_dependents_of_table,
)
from stratakit.autogenerate.renames.prompt import Confirm
from stratakit.operations.enums import RenameEnumValueOp, UnresolvedEnumChangeOp
from stratakit.operations.renames import RenameColumnOp, RenameTableOp


def detect_renames(change: Change, confirm: Confirm) -> None:
    """Replace a drop and an addition by a rename if a person confirms it.

    Args:
        change: its operations are changed.
        confirm: answers each question.
    """
    renames = RenameMap()
    _detect_tables(change, renames, confirm)
    tables = [each for each in change.operations if isinstance(each, ops.ModifyTableOps)]
    for table in tables:
        _detect_columns(table, renames, confirm)
    if renames.tables or renames.columns:
        for table in tables:
            if change.backend == "postgresql":
                rename_dependents(table, renames)
            # The downgrade runs from the end: each operation there finds the names that it knows.
            table.ops.sort(key=_sort_key)
    change.operations[:] = [
        resolved
        for operation in change.operations
        for resolved in (
            _detect_values(operation, confirm)
            if isinstance(operation, UnresolvedEnumChangeOp)
            else [operation]
        )
    ]


def _sort_key(operation: ops.MigrateOperation) -> int:
    """Return where an operation runs: drops under old names before a rename, all else after it."""
    if isinstance(operation, ops.DropConstraintOp | ops.DropIndexOp):
        return 0
    return 1 if isinstance(operation, RenameColumnOp) else 2


def _detect_tables(change: Change, renames: RenameMap, confirm: Confirm) -> None:
    operations = change.operations
    for dropped in [each for each in operations if isinstance(each, ops.DropTableOp)]:
        for created in rename_candidates_of_table(dropped, operations):
            old, new = dropped.table_name, created.table_name
            if not confirm(f"Was table {old} renamed to {new}?"):
                continue
            renames.tables[old] = new
            renamed: list[ops.MigrateOperation] = [RenameTableOp(old, new, dropped.schema)]
            if change.backend == "postgresql":
                renamed += rename_dependents_of_table(dropped, created, operations, renames)
            place = operations.index(dropped)
            operations[place : place + 1] = renamed
            # On the other databases the indexes keep their names.
            operations[:] = [
                each
                for each in operations
                if not isinstance(each, ops.CreateTableOp | ops.ModifyTableOps)
                or each.table_name not in (old, new)
            ]
            break


def _detect_columns(table: ops.ModifyTableOps, renames: RenameMap, confirm: Confirm) -> None:
    for dropped in [each for each in table.ops if isinstance(each, ops.DropColumnOp)]:
        for added in rename_candidates_of_column(dropped, table.ops):
            old, new = dropped.column_name, added.column.name
            if confirm(f"Was column {table.table_name}.{old} renamed to {new}?"):
                renames.columns[table.table_name, old] = new
                rename = RenameColumnOp(table.table_name, old, new, table.schema)
                table.ops[table.ops.index(added)] = rename
                table.ops.remove(dropped)
                break


def _detect_values(change: UnresolvedEnumChangeOp, confirm: Confirm) -> list[ops.MigrateOperation]:
    name, schema = change.enum_name, change.schema
    renamed = {
        old: new
        for old, new in change.rename_candidates.items()
        if confirm(f"Was value {old} of enum {name} renamed to {new}?")
    }
    values = [renamed.get(value, value) for value in change.values]
    rest = UnresolvedEnumChangeOp(name, values, change.declared, schema=schema)
    renames = [RenameEnumValueOp(name, old, new, schema=schema) for old, new in renamed.items()]
    return [*renames, *([rest] if rest.removed or rest.is_reordered else [])]
