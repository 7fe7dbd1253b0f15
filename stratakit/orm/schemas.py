"""The database schemas that models name."""

from sqlalchemy import MetaData, Table


def declared_schemas(metadata: MetaData) -> set[str]:
    """Return the schemas that the tables of models name."""
    return {table.schema for table in metadata.tables.values() if table.schema}


def find_table(metadata: MetaData, name: str, default_schema: str | None) -> Table | None:
    """Return a table of the models, which may name the connection's own schema or leave it out.

    Args:
        metadata: the tables of the models.
        name: as a catalog writes it: with its schema unless that is the connection's own.
        default_schema: the connection's own schema.
    """
    table = metadata.tables.get(name)
    return table if table is not None else metadata.tables.get(f"{default_schema}.{name}")
