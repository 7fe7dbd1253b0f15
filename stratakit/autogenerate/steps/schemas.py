"""The schemas that the tables of a new revision need."""

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect

from stratakit.autogenerate.change import Change
from stratakit.operations import walk


class CreateSchemaOp(ops.ExecuteSQLOp):
    """The creation of a schema, unless it exists."""

    def __init__(self, schema: str, quoted: str) -> None:
        super().__init__(f"CREATE SCHEMA IF NOT EXISTS {quoted}")
        self.summary = f"adds schema {schema}"


def create_schemas(change: Change, context: MigrationContext) -> None:
    """Create the schemas that a step needs and the database lacks, before its other operations.

    The downgrade keeps a schema: it may contain objects of other revisions by then.

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
        step.upgrade[:0] = [CreateSchemaOp(schema, quote(schema)) for schema in sorted(missing)]
        known |= missing
