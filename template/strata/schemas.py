"""The schemas that models name, and those that are there before the first revision.

The latter are made by an env.py, or a set-up.
"""

import re

from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.schema import CreateSchema

from strata import revisions
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
    if config.scope == "service" or connection.dialect.name != "postgresql":
        return
    wanted = declared(metadata)
    texts = (each.path.read_text("utf-8") for each in revisions.read(config.versions).values())
    if wanted and not any(MAKES_SCHEMA.search(text) for text in texts):
        for schema in sorted(wanted - set(inspect(connection).get_schema_names())):
            connection.execute(CreateSchema(schema))
