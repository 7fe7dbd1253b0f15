"""Revisions that change several tables."""

from collections.abc import Iterator, Sequence

from alembic.operations import ops
from sqlalchemy import ForeignKeyConstraint

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
        for operation in all_operations
        for referring, referenced in _references(operation)
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
    """Return the tables that an operation relates: the referring and the referenced one."""
    if isinstance(operation, ops.CreateTableOp | ops.DropTableOp):
        for key in operation.to_table().foreign_keys:
            yield operation.table_name, walk.referenced_table(key)
    elif isinstance(operation, ops.DropConstraintOp) and operation.constraint_type == "foreignkey":
        constraint = operation.to_constraint()
        assert isinstance(constraint, ForeignKeyConstraint)
        yield operation.table_name, walk.referenced_table(constraint.elements[0])
    elif isinstance(operation, ops.CreateForeignKeyOp):
        yield operation.source_table, operation.referent_table
