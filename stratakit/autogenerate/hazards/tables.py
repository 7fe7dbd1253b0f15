"""Revisions that change several tables."""

from collections.abc import Iterator, Sequence
from itertools import chain

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint

from stratakit.autogenerate.renames.candidates import rename_candidates_of_table
from stratakit.operations import walk


def unrelated_tables(
    operations: Sequence[ops.MigrateOperation], all_operations: Sequence[ops.MigrateOperation]
) -> str | None:
    """Return a hazard if a revision changes tables that have nothing to do with each other.

    Args:
        operations: those of the revision, without containers.
        all_operations: those of the change: another revision of it may add the foreign key by
            which two tables are related.
    """
    changed = {
        name
        for operation in operations
        for attribute in ("table_name", "source_table")
        if (name := getattr(operation, attribute, None))
    }
    related = {
        name
        for referring, referenced in chain(
            chain.from_iterable(map(_references, all_operations)), _renames(all_operations)
        )
        if referenced in changed and referring != referenced
        for name in (referring, referenced)
    }
    if len(changed) < 2 or changed <= related:
        return None
    return (
        f"this revision changes {', '.join(sorted(changed))}, which are not related: a revision "
        "with one logical change can be undone alone.\n"
        "Create one revision for each if they are separate changes."
    )


def _references(operation: ops.MigrateOperation) -> Iterator[tuple[str, str]]:
    """Return the tables that an operation relates: the referring and the referenced one.

    Without their schemas, because a reference may name one that its table leaves out.
    """
    if isinstance(operation, ops.CreateTableOp | ops.DropTableOp):
        for key in operation.to_table().foreign_keys:
            yield operation.table_name, _bare(walk.referenced_table(key))
    elif isinstance(operation, ops.DropConstraintOp) and operation.constraint_type == "foreignkey":
        constraint = operation.to_constraint()
        assert isinstance(constraint, ForeignKeyConstraint)
        yield operation.table_name, _bare(walk.referenced_table(constraint.elements[0]))
    elif isinstance(operation, ops.CreateForeignKeyOp):
        yield operation.source_table, operation.referent_table


def _renames(operations: Sequence[ops.MigrateOperation]) -> Iterator[tuple[str, str]]:
    """Return each dropped table with the created one that may be the same under a new name."""
    for operation in operations:
        if isinstance(operation, ops.DropTableOp):
            for created in rename_candidates_of_table(operation, operations):
                yield created.table_name, operation.table_name


def _bare(table: str) -> str:
    return table.rpartition(".")[2]
