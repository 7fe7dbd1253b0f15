"""The schemas that the tables of a new revision need."""

from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from stratakit.autogenerate.change import Change
from stratakit.operations import walk
from stratakit.operations.statements import drop_schema


def create_schemas(change: Change, context: MigrationContext) -> None:
    """Create the schemas that a step needs and the database lacks, before its other operations.

    The downgrade drops them at its end, when they are empty again.

    Args:
        change: its steps are extended.
        context: the context of the database that the models were compared with.
    """
    if change.backend != "postgresql":
        return
    quote = context.dialect.identifier_preparer.quote
    known = set(inspect(context.connection).get_schema_names()) if context.connection else set()
    for step in change.steps:
        named = {getattr(each, "schema", None) for each in walk.flatten(step.upgrade)}
        missing = {str(schema) for schema in named if schema} - known
        drops = [drop_schema(schema, quote(schema)) for schema in sorted(missing)]
        step.upgrade[:0] = [each.reverse() for each in drops]
        step.downgrade += drops
        known |= missing
