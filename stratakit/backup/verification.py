"""Verification of a backup: it is restored into a scratch database and compared."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, table

from stratakit import backup, catalog, scratch
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL


def count_rows(connection: Connection) -> dict[str, int]:
    """Count the rows of every table, by its name with its schema."""
    inspector = inspect(connection)
    schemas: list[str | None] = [None]
    if connection.dialect.name == "postgresql":
        schemas = [name for name in inspector.get_schema_names() if name != "information_schema"]
    return {
        ".".join(filter(None, (schema, name))): connection.scalar(
            select(func.count()).select_from(table(name, schema=schema))
        )
        or 0
        for schema in schemas
        for name in inspector.get_table_names(schema)
    }


def create_verified(
    config: Config,
    url: DatabaseURL,
    folder: Path | None = None,
    *,
    verify: bool | None = None,
    has_lock: bool = False,
) -> tuple[Path, str]:
    """Write a backup and verify it.

    Args:
        config: the project's.
        url: the database.
        folder: the folder of the file; by default `backups` in the project.
        verify: whether to verify it; None verifies it if there is a server for a scratch database.
        has_lock: whether the caller holds the migration lock of this database already.

    Returns:
        The file, and a sentence about the comparison, or about the reason why there was none.

    Raises:
        StrataError: it cannot be written, or differs from the database.
    """
    if verify is False:
        return backup.create(config, url, folder, has_lock=has_lock), "Not verified, as requested."
    with ExitStack() as stack:
        try:
            same_kind = replace(config, database=url.backend)
            scratch_url = stack.enter_context(scratch.database(same_kind))
        except StrataError as error:
            if verify:
                raise
            path = backup.create(config, url, folder, has_lock=has_lock)
            return (
                path,
                f"Not verified, because there is no server to restore it on: {error.message}",
            )
        with connect(url, read_only=True) as connection:
            before = count_rows(connection)
        path = backup.create(config, url, folder, has_lock=has_lock)
        compared = compare_restored(scratch_url, url, path, before)
        return path, f"Restored and compared: {compared}, nothing is missing."


def compare_restored(
    scratch_url: DatabaseURL, url: DatabaseURL, path: Path, before: Mapping[str, int]
) -> str:
    """Restore a backup into a scratch database, and compare that with the database of the backup.

    Args:
        scratch_url: the scratch database. If its server has another version, definitions are not
            compared, because each version words them in its own way.
        url: the database that was backed up.
        path: the backup.
        before: the rows of its tables before the backup. While the application writes, the rows
            in the backup are between those before and those now.

    Returns:
        A sentence about the comparison.

    Raises:
        StrataError: the backup differs from the database.
    """
    backup.restore(scratch_url, path, roles=False)
    with connect(scratch_url, read_only=True) as connection:
        restored, restored_schema, version = (
            count_rows(connection),
            catalog.read(connection),
            _server_kind(connection),
        )
    with connect(url, read_only=True) as connection:
        after, schema = count_rows(connection), catalog.read(connection)
        is_same_server = _server_kind(connection) == version
    differences = catalog.differences(schema, restored_schema)
    problems = [str(each) for each in differences if is_same_server or not each.attribute]
    for name in sorted(before.keys() | after.keys() | restored.keys()):
        bounds = sorted((before.get(name, 0), after.get(name, 0)))
        if name not in restored or not bounds[0] <= restored[name] <= bounds[1]:
            count = restored.get(name, "none")
            problems.append(f"{name}: {count} rows instead of {bounds[0]} to {bounds[1]}")
    if problems:
        lines = "\n".join(f"  {each}" for each in problems)
        raise StrataError(
            f"{path} was restored and differs from {url}:\n{lines}",
            detail="A restore would not bring back everything.",
            hint=f"If the schema was changed meanwhile, back up again: {MIGRATE} backup",
        )
    return f"{len(restored)} tables with {sum(restored.values())} rows"


def _server_kind(connection: Connection) -> object:
    """Return the parts of a server's version that can change how it words definitions."""
    return (connection.dialect.server_version_info or (0,))[:1], connection.dialect.name
