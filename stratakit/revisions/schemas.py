"""The schemas that models name, and those that are there before the first revision.

The latter are made by an env.py, or a set-up.
"""

import re

from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.schema import CreateSchema

from stratakit.config import Config
from stratakit.orm.schemas import declared
from stratakit.revisions import history

MAKES_SCHEMA = re.compile(r"(?i)create\s*schema")


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


def _come_before(config: Config) -> bool:
    """Whether no revision makes them; a whole service makes its schemas in revisions."""
    if config.scope == "service":
        return False
    texts = (each.path.read_text("utf-8") for each in history.read(config.versions).values())
    return not any(MAKES_SCHEMA.search(text) for text in texts)
