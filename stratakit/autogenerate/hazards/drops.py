"""Dropped data, and drops that may be renames."""

from collections.abc import Iterator, Sequence

from alembic.operations import ops

from stratakit.autogenerate.hazards import recipes
from stratakit.autogenerate.renames.candidates import (
    rename_candidates_of_column,
    rename_candidates_of_table,
)
from stratakit.autogenerate.renames.dependents import RenameMap, rename_dependents_of_table
from stratakit.config import Backend
from stratakit.diagnostics.command import MIGRATE
from stratakit.operations import walk
from stratakit.operations.columns import columns_of
from stratakit.operations.renames import (
    RenameColumnOp,
    RenameTableOp,
    render_rename_column,
    render_rename_item,
    render_rename_table,
)

CREATES = (ops.CreateIndexOp, ops.CreateUniqueConstraintOp, ops.CreateForeignKeyOp)


def dropped_column(
    operation: ops.MigrateOperation, siblings: Sequence[ops.MigrateOperation], backend: Backend
) -> Iterator[str]:
    """A column is dropped with its data."""
    if not isinstance(operation, ops.DropColumnOp):
        return
    column = f"{operation.table_name}.{operation.column_name}"
    candidates = rename_candidates_of_column(operation, siblings)
    if not candidates:
        yield f"column {column} is dropped with its data."
        return
    new = candidates[0].column.name
    rename = RenameColumnOp(operation.table_name, operation.column_name, new, operation.schema)
    if any(_is_created_on(each, candidates[0]) for each in siblings):
        remedy = (
            f"discard these revisions ({MIGRATE} discard), run create\n"
            "again at a terminal, and answer y: its indexes and constraints are renamed, too."
        )
    else:
        remedy = (
            f"replace both by: {render_rename_column(rename, backend)}\n"
            f"and both in downgrade() by: {render_rename_column(rename.reverse(), backend)}"
        )
    yield (
        f"column {column} is dropped with its data, and {new} of the same type is added.\n"
        f"If it was renamed, {remedy}" + recipes.advise(backend, "rename-column", column, new)
    )


def _is_created_on(operation: ops.MigrateOperation, added: ops.AddColumnOp) -> bool:
    """Return whether an index or a constraint of an added column is created."""
    table = getattr(operation, "table_name", None) or getattr(operation, "source_table", None)
    return (
        isinstance(operation, CREATES)
        and table == added.table_name
        and added.column.name in columns_of(operation)
    )


def dropped_table(
    operation: ops.MigrateOperation, siblings: Sequence[ops.MigrateOperation], backend: Backend
) -> Iterator[str]:
    """A table is dropped with its data."""
    if not isinstance(operation, ops.DropTableOp):
        return
    table = operation.table_name
    candidates = rename_candidates_of_table(operation, siblings)
    if not candidates:
        yield f"table {table} is dropped with its data."
        return
    rename = RenameTableOp(table, candidates[0].table_name, operation.schema)
    yield (
        f"table {table} is dropped with its data, and {rename.new} with the same columns is added."
        f"\nIf it was renamed, replace both by: {render_rename_table(rename)}\n"
        f"and both in downgrade() by: {render_rename_table(rename.reverse())}"
        + _dependents(operation, candidates[0], siblings, backend)
        + recipes.advise(backend, "rename-table", walk.full_name(operation), rename.new)
    )


def _dependents(
    old: ops.DropTableOp,
    new: ops.CreateTableOp,
    siblings: Sequence[ops.MigrateOperation],
    backend: Backend,
) -> str:
    """Return the lines about the names that contain the table's; empty if there are none."""
    renames = rename_dependents_of_table(old, new, siblings, RenameMap())
    if backend == "postgresql" and renames:
        names = [render_rename_item(each) for each in renames]
        former = [render_rename_item(each.reverse()) for each in reversed(renames)]
        return (
            f"\nReplace the operations on their indexes by, after it: {'; '.join(names)}\n"
            f"and in downgrade() by, before it: {'; '.join(former)}"
        )
    if any(each.kind != "sequence" for each in renames):
        return (
            "\nDelete the operations on their indexes, and let another revision rename those: "
            f"{MIGRATE} record && {MIGRATE} create 'rename the indexes of {new.table_name}'"
        )
    return ""
