"""Whether a backup brings back what the database holds: restored elsewhere, and compared."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, table

from stratakit import backup, catalog, scratch
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL


def count_rows(connection: Connection) -> dict[str, int]:
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


def create_verified(
    config: Config,
    url: DatabaseURL,
    folder: Path | None = None,
    *,
    verified: bool | None = None,
    locked: bool = False,
) -> tuple[Path, str]:
    """Write a backup and verify it.

    Args:
        config: the service.
        url: the database.
        folder: where to; by default the service's `backups`.
        verified: whether that is wanted; None: where there is a server to restore it on.
        locked: whether the caller holds the migration lock of this database already.

    Returns:
        The file, and what was compared or why nothing was.

    Raises:
        StrataError: it cannot be written, or is not what the database holds.
    """
    if verified is False:
        return backup.create(config, url, folder, locked=locked), "Not verified, as asked."
    with ExitStack() as stack:
        try:
            elsewhere = stack.enter_context(scratch.database(config))
        except StrataError as problem:
            if verified:
                raise
            path = backup.create(config, url, folder, locked=locked)
            return path, f"Not verified, without a server to restore it on: {problem.message}"
        with connect(url, read_only=True) as connection:
            before = count_rows(connection)
        path = backup.create(config, url, folder, locked=locked)
        return path, f"Restored and compared: {verify(elsewhere, url, path, before)}, all there."


def verify(elsewhere: DatabaseURL, url: DatabaseURL, path: Path, before: Mapping[str, int]) -> str:
    """Restore a backup into a scratch database and compare that with the one it was taken of.

    Args:
        elsewhere: the scratch database. Where its server is of another version, definitions,
            which each version words in its own way, are not compared.
        url: the database that was backed up.
        path: the backup.
        before: the rows of its tables before it was taken. While the application writes, a table
            has in the backup as many rows as before, as now, or a number in between.

    Returns:
        What was compared, in words.

    Raises:
        StrataError: the backup lacks something or has too much.
    """
    backup.restore(elsewhere, path, roles=False)
    with connect(elsewhere, read_only=True) as connection:
        restored, made, version = (
            count_rows(connection),
            catalog.read(connection),
            _version(connection),
        )
    with connect(url, read_only=True) as connection:
        after, held = count_rows(connection), catalog.read(connection)
        same = _version(connection) == version
    differences = catalog.differences(held, made)
    wrong = [str(each) for each in differences if same or not each.attribute]
    for name in sorted(before.keys() | after.keys() | restored.keys()):
        between = sorted((before.get(name, 0), after.get(name, 0)))
        if name not in restored or not between[0] <= restored[name] <= between[1]:
            was = restored.get(name, "none")
            wrong.append(f"{name}: {was} rows instead of {between[0]} to {between[1]}")
    if wrong:
        listed = "\n".join(f"  {one}" for one in wrong)
        raise StrataError(
            f"{path} was restored and is not what {url} holds:\n{listed}",
            detail="After a loss it would not bring everything back.",
            hint=f"If the schema was changed meanwhile, take another: {MIGRATE} backup",
        )
    return f"{len(restored)} tables with {sum(restored.values())} rows"


def _version(connection: Connection) -> object:
    """The server's, as far as it can change how definitions are worded."""
    return (connection.dialect.server_version_info or (0,))[:1], connection.dialect.name
