"""The database schemas that models name."""

from sqlalchemy import MetaData


def declared_schemas(metadata: MetaData) -> set[str]:
    """Return the schemas that the tables of models name."""
    return {table.schema for table in metadata.tables.values() if table.schema}
