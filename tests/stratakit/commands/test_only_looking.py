"""Commands that only look at a live database: nothing in it changes, and no writer waits."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from tests.service import Service

LOOKING = [
    ("current", 0),
    ("check", 0),
    ("drift", 1),
    ("stamp 001", 1),
    ("lint", 0),
    ("upgrade --dry-run", 0),
    ("create price-list", 0),
]
"""Each command with its exit status on a database with a table that somebody made by hand."""

INVOICES = [
    "CREATE SEQUENCE numbers",
    "CREATE TABLE invoices (id bigint PRIMARY KEY, number bigint DEFAULT {next})",
    "INSERT INTO invoices (id) VALUES (1)",
    "INSERT INTO items (name, price) VALUES ('pen', 1)",
]
NEXT = {"postgresql": "nextval('numbers')", "mysql": "nextval(numbers)"}
STATE = {
    "postgresql": [
        "SELECT last_value, is_called FROM numbers",
        "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1",
        "SELECT xmin, ctid, id, number FROM invoices",
        "SELECT xmin, ctid, version_num FROM alembic_version",
        "SELECT count(*) FROM items",
        "SELECT relname, relkind, relfilenode FROM pg_class WHERE oid >= 16384 ORDER BY oid",
        "SELECT count(*) FROM migration_log",
    ],
    "mysql": [
        "SELECT next_not_cached_value FROM numbers",
        "SELECT id, number FROM invoices",
        "SELECT version_num FROM alembic_version",
        "SELECT count(*) FROM items",
        "SELECT table_name, create_time FROM information_schema.tables"
        " WHERE table_schema = DATABASE() ORDER BY 1",
        "SELECT count(*) FROM migration_log",
    ],
}
IMPATIENT = {
    "postgresql": "SET lock_timeout = '100ms'",
    "mysql": "SET innodb_lock_wait_timeout = 1",
}
LOCKS = """
SELECT DISTINCT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
WHERE l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND l.pid <> pg_backend_pid()
    AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""


@contextmanager
def watched(service: Service) -> Iterator[set[str]]:
    """Write into a table all the time; the errors, and the locks of others that block it."""
    found: set[str] = set()
    ended = threading.Event()

    def write() -> None:
        with service.engine().connect() as connection:
            connection.execute(text(IMPATIENT[service.database]))
            while not ended.wait(0.002):
                try:
                    connection.execute(text("UPDATE items SET price = price + 1"))
                    connection.commit()
                    if service.database == "postgresql":
                        found.update(map(str, connection.execute(text(LOCKS))))
                except Exception as error:
                    found.add(str(error))
                    connection.rollback()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield found
    finally:
        ended.set()
        writer.join()


@pytest.mark.databases("postgresql", "mysql")
def test_nothing_changes_and_no_writer_waits(migrated: Service) -> None:
    for statement in INVOICES:
        migrated.sql(statement.format(next=NEXT[migrated.database]))
    before = [migrated.sql(statement) for statement in STATE[migrated.database]]
    with watched(migrated) as found:
        for command, status in LOOKING:
            done = migrated.migrate(*command.split())
            assert done.returncode == status, f"{command}\n{done.stdout}{done.stderr}"
    assert found == set()
    assert [migrated.sql(statement) for statement in STATE[migrated.database]] == before


@pytest.mark.databases("postgresql")
def test_a_lock_of_another_session_is_noticed(migrated: Service) -> None:
    with watched(migrated) as found, migrated.connection() as connection:
        connection.execute(text("LOCK TABLE items IN SHARE MODE"))
        threading.Event().wait(0.3)
    assert any("lock timeout" in each for each in found)
