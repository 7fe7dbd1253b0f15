"""The database schemas that models name."""

from sqlalchemy import MetaData


def declared_schemas(metadata: MetaData) -> set[str]:
    """The schemas that models name."""
    return {table.schema for table in metadata.tables.values() if table.schema}
