"""Whether a backup brings back what the database holds: restored elsewhere, and compared."""

from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, table

from strata import backup, catalogue, scratch
from strata.config import Config
from strata.connection import connected
from strata.errors import Problem
from strata.urls import DatabaseURL


def counts(connection: Connection) -> dict[str, int]:
    """The rows of every table, by its name with its schema."""
    found = inspect(connection)
    schemas: list[str | None] = [None]
    if connection.dialect.name == "postgresql":
        schemas = [name for name in found.get_schema_names() if name != "information_schema"]
    return {
        ".".join(filter(None, (schema, name))): connection.scalar(
            select(func.count()).select_from(table(name, schema=schema))
        )
        or 0
        for schema in schemas
        for name in found.get_table_names(schema)
    }


def verify(config: Config, url: DatabaseURL, path: Path, before: Mapping[str, int]) -> str:
    """Restore a backup into a scratch database and compare that with the one it was taken of.

    Args:
        config: the service, which says where scratch databases are made.
        url: the database that was backed up.
        path: the backup.
        before: the rows of its tables before it was taken. While the application writes, a table
            has in the backup as many rows as before, as now, or a number in between.

    Returns:
        What was compared, in words.

    Raises:
        Problem: the backup lacks something or has too much, or there is no server to restore it on.
    """
    with scratch.database(config) as elsewhere:
        backup.restore(elsewhere, path, roles=False)
        with connected(elsewhere, reading=True) as connection:
            restored, made = counts(connection), catalogue.read(connection)
    with connected(url, reading=True) as connection:
        after, held = counts(connection), catalogue.read(connection)
    wrong = [str(difference) for difference in catalogue.differences(held, made)]
    for name in sorted(before.keys() | after.keys() | restored.keys()):
        between = sorted((before.get(name, 0), after.get(name, 0)))
        if name not in restored or not between[0] <= restored[name] <= between[1]:
            was = restored.get(name, "none")
            wrong.append(f"{name}: {was} rows instead of {between[0]} to {between[1]}")
    if wrong:
        listed = "\n".join(f"  {one}" for one in wrong)
        raise Problem(
            f"{path} was restored and is not what {url} holds:\n{listed}",
            why="After a loss it would not bring everything back.",
            remedy="If the schema was changed meanwhile, take another: "
            "python scripts/migrate.py backup --verify",
        )
    return f"{len(restored)} tables with {sum(restored.values())} rows"
