"""Schemas that a new revision's tables need."""

from collections.abc import Sequence

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from stratakit.operations import walk


def create(context: MigrationContext, directives: Sequence[ops.MigrationScript]) -> None:
    """Let a new revision make the schemas that its tables need and the database lacks.

    Its downgrade leaves them: they may hold by then what is not the revision's.

    Args:
        context: of the database that the models were compared with; PostgreSQL's alone has them.
        directives: the new revisions; changed in place.
    """
    if context.dialect.name != "postgresql":
        return
    quote = context.dialect.identifier_preparer.quote
    there = set(inspect(context.connection).get_schema_names()) if context.connection else set()
    for script in directives:
        for operations in script.upgrade_ops_list:
            named = {getattr(each, "schema", None) for each in walk.single(operations)}
            wanted = {str(schema) for schema in named if schema} - there
            operations.ops[:0] = [
                ops.ExecuteSQLOp(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
                for schema in sorted(wanted)
            ]
            there |= wanted
