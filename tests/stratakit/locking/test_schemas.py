"""Schemas of one database are migrated at the same time; a backup waits for each of them."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.engine.url import parse
from stratakit.locking import Scope, migration_lock
from stratakit.locking.postgresql import PostgreSQLLock
from tests import databases


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[list[Connection]]:
    """Three connections: two to the schema one, and one to the schema two."""
    with databases.fresh("postgresql") as environment, ExitStack() as resources:
        url = parse(environment["DATABASE_URL"], Config(root=tmp_path))
        opened = [resources.enter_context(connect(url)) for _ in range(3)]
        for connection, schema in zip(opened, ("one", "one", "two"), strict=True):
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
            connection.execute(text(f"SET search_path TO {schema}"))
            connection.commit()
        yield opened


def is_free(connection: Connection, scope: Scope) -> bool:
    """Return whether a lock can be acquired."""
    lock = PostgreSQLLock(connection, scope)
    if not lock.try_acquire():
        assert "server process" in lock.describe_holder()
        return False
    lock.release()
    return True


def test_a_migration_locks_its_schema_and_no_other(connections: list[Connection]) -> None:
    first, second, other = connections
    with migration_lock(first, "postgresql", wait=0, scope=Scope()) as lock:
        assert lock.is_held()
        assert not is_free(second, Scope())
        assert is_free(other, Scope())
        assert not is_free(other, Scope(schema="one"))
        assert not is_free(other, Scope(is_whole=True))
        assert is_free(other, Scope(backfill="prices"))
    assert is_free(second, Scope())
    assert is_free(other, Scope(is_whole=True))


def test_a_backup_locks_all_schemas(connections: list[Connection]) -> None:
    first, second, other = connections
    with migration_lock(first, "postgresql", wait=0, scope=Scope(is_whole=True)):
        assert not is_free(second, Scope())
        assert not is_free(other, Scope())
    assert is_free(second, Scope())


def test_the_lock_of_a_backfill_is_of_its_schema(connections: list[Connection]) -> None:
    first, second, other = connections
    with migration_lock(first, "postgresql", wait=0, scope=Scope(backfill="prices")):
        assert not is_free(second, Scope(backfill="prices"))
        assert is_free(other, Scope(backfill="prices"))


def test_the_schema_is_that_of_the_version_table(connections: list[Connection]) -> None:
    first, second, _ = connections
    first.execute(text("CREATE TABLE two.alembic_version (version_num text)"))
    for connection in (first, second):
        connection.execute(text("SET search_path TO one, two"))
        connection.commit()
    second.execute(text("SET search_path TO two"))
    second.commit()
    with migration_lock(first, "postgresql", wait=0, scope=Scope()):
        assert not is_free(second, Scope())
