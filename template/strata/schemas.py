"""The schemas that models name, and those that are there before the first revision.

The latter are made by an env.py, or a set-up.
"""

import re
from collections.abc import Sequence

from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.schema import CreateSchema

from strata import revisions, words
from strata.config import Config

MAKES_SCHEMA = re.compile(r"(?i)create\s*schema")


def declared(metadata: MetaData) -> set[str]:
    """The schemas that models name."""
    return {table.schema for table in metadata.tables.values() if table.schema}


def make(connection: Connection, config: Config, metadata: MetaData) -> None:
    """Make the schemas of the models that are missing, where no revision makes any.

    Args:
        connection: to a database that revisions are about to run on; PostgreSQL's alone has them.
        config: the project's; a whole service makes its schemas in revisions.
        metadata: the tables of its models.
    """
    if connection.dialect.name != "postgresql":
        return
    wanted = declared(metadata)
    if wanted and _come_before(config):
        for schema in sorted(wanted - set(inspect(connection).get_schema_names())):
            connection.execute(CreateSchema(schema))


def create(
    config: Config, context: MigrationContext, directives: Sequence[ops.MigrationScript]
) -> None:
    """Let a new revision make the schemas that its tables need and the database lacks.

    Its downgrade leaves them: they may hold by then what is not the revision's.

    Args:
        config: the project's.
        context: of the database that the models were compared with; PostgreSQL's alone has them.
        directives: the new revisions; changed in place.
    """
    if context.dialect.name != "postgresql" or _come_before(config):
        return
    quote = context.dialect.identifier_preparer.quote
    there = set(inspect(context.connection).get_schema_names()) if context.connection else set()
    for script in directives:
        for operations in script.upgrade_ops_list:
            named = {getattr(each, "schema", None) for each in words.single(operations)}
            wanted = {str(schema) for schema in named if schema} - there
            operations.ops[:0] = [
                ops.ExecuteSQLOp(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
                for schema in sorted(wanted)
            ]
            there |= wanted


def _come_before(config: Config) -> bool:
    """Whether no revision makes them; a whole service makes its schemas in revisions."""
    if config.scope == "service":
        return False
    texts = (each.path.read_text("utf-8") for each in revisions.read(config.versions).values())
    return not any(MAKES_SCHEMA.search(text) for text in texts)
