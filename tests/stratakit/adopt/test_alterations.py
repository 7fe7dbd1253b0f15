"""The statements for differences remove them, whichever of both schemas the database has."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from stratakit import catalog
from stratakit.adopt.alterations import write_alterations
from stratakit.adopt.literal import escape
from stratakit.catalog import Catalog
from stratakit.config import Config
from stratakit.engine.url import parse
from tests import databases
from tests.stratakit.catalog import mysql_drifts, postgresql_drifts, sqlite_drifts

# What no catalog of PostgreSQL has all of.
UNRESOLVED = {
    "DROP AGGREGATE total(integer)",
    "ALTER FOREIGN TABLE abroad OPTIONS (SET relation 'there')",
    "ALTER SERVER far OPTIONS (SET host 'near.test')",
}


def apply(
    expected: Catalog, actual: Catalog, at_expected: Connection, connection: Connection
) -> Catalog:
    """Alter a database, and return its catalog afterwards."""
    differences = catalog.differences(expected, actual)
    alterations = write_alterations(expected, actual, differences, at_expected)
    assert alterations.unresolved == []
    for statement in alterations.statements:
        connection.execute(text(escape(statement)))
    return catalog.read(connection)


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with databases.fresh("postgresql") as environment:
        url = parse(environment["DATABASE_URL"], Config(root=tmp_path_factory.mktemp("c")))
        with create_engine(url.for_migrations).connect() as connection:
            connection.execute(text(escape(postgresql_drifts.SCHEMA)))
            connection.commit()
            yield connection


def test_manual_changes_of_a_postgresql_database_are_undone(connection: Connection) -> None:
    before = catalog.read(connection)
    for statement in postgresql_drifts.DRIFTS.keys() - UNRESOLVED:
        connection.rollback()
        connection.execute(text(statement))
        after = apply(before, catalog.read(connection), connection, connection)
        assert catalog.differences(before, after) == [], statement
    connection.rollback()


@pytest.mark.parametrize("statement", sorted(UNRESOLVED))
def test_differences_without_a_statement_are_listed(connection: Connection, statement: str) -> None:
    before = catalog.read(connection)
    connection.execute(text(statement))
    after = catalog.read(connection)
    connection.rollback()
    differences = catalog.differences(before, after)
    alterations = write_alterations(before, after, differences, connection)
    assert (alterations.statements, alterations.unresolved) == ([], differences)


@pytest.mark.parametrize(
    "statement", ["DROP TABLE pets", "DROP TABLE events", "DROP SCHEMA archive CASCADE"]
)
def test_missing_objects_are_created_and_unexpected_ones_dropped_on_postgresql(
    connection: Connection, statement: str
) -> None:
    full = catalog.read(connection)
    connection.execute(text(statement))
    less = catalog.read(connection)
    assert catalog.differences(full, apply(full, less, connection, connection)) == []
    assert catalog.differences(less, apply(less, full, connection, connection)) == []
    connection.rollback()


def create(folder: Path, schema: str) -> Connection:
    file = folder / "created.db"
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as database:
        database.executescript(schema)
    return create_engine(f"sqlite:///{file}").connect()


def test_a_sqlite_database_gets_the_other_schema_and_keeps_its_rows(tmp_path: Path) -> None:
    (tmp_path / "expected").mkdir()
    with create(tmp_path / "expected", sqlite_drifts.SCHEMA) as at_expected:
        expected = catalog.read(at_expected)
        for old, new, _ in [*sqlite_drifts.DRIFTS, (sqlite_drifts.SCHEMA, "SELECT 1", "")]:
            other = sqlite_drifts.SCHEMA.replace(old, new)
            with create(tmp_path, other) as connection:
                has_rows = "CREATE TABLE people (\n    id" in other
                if has_rows:
                    connection.exec_driver_sql("INSERT INTO people (id, name) VALUES (1, 'tea')")
                after = apply(expected, catalog.read(connection), at_expected, connection)
                assert catalog.differences(expected, after) == [], (old, new)
                if has_rows:
                    rows = connection.exec_driver_sql("SELECT id, name FROM people").all()
                    assert rows == [(1, "tea")]


@pytest.mark.parametrize(
    ("added", "is_copied"),
    [
        ("ALTER TABLE pets ADD vip INT NOT NULL DEFAULT 1", False),
        ("ALTER TABLE pets ADD vip INT; CREATE INDEX by_vip ON pets (name, vip)", False),
        ("ALTER TABLE pets ADD vip INT; DROP INDEX by_name", False),
        ("ALTER TABLE pets ADD vip INT; CREATE VIEW v AS SELECT vip FROM pets", False),
        ("ALTER TABLE pets ADD vip INT CHECK (vip > 0)", True),
        ("ALTER TABLE pets ADD vip INT REFERENCES pets (id)", True),
        ("ALTER TABLE pets ADD vip INT; ALTER TABLE pets ADD g INT AS (vip + 1)", True),
    ],
)
def test_a_column_too_many_is_dropped_on_sqlite_where_nothing_uses_it(
    added: str, is_copied: bool, tmp_path: Path
) -> None:
    schema = "CREATE TABLE pets (id INTEGER PRIMARY KEY, name TEXT);\n"
    schema += "CREATE INDEX by_name ON pets (name);\n"
    (tmp_path / "expected").mkdir()
    with (
        create(tmp_path / "expected", schema) as at_expected,
        create(tmp_path, schema + added) as c,
    ):
        expected, actual = catalog.read(at_expected), catalog.read(c)
        found = catalog.differences(expected, actual)
        written = write_alterations(expected, actual, found, at_expected).statements
        assert any("_stratakit_copy" in each for each in written) is is_copied
        c.exec_driver_sql("INSERT INTO pets (id, name) VALUES (1, 'tea')")
        after = apply(expected, actual, at_expected, c)
        assert catalog.differences(expected, after) == []
        assert c.exec_driver_sql("SELECT * FROM pets").all() == [(1, "tea")]


def test_manual_changes_of_a_mariadb_database_are_undone(tmp_path: Path) -> None:
    with databases.fresh("mysql") as environment, databases.fresh("mysql") as second:
        urls = [
            parse(each["DATABASE_URL"], Config(root=tmp_path)) for each in (environment, second)
        ]
        connections = [create_engine(url.for_migrations).connect() for url in urls]
        with connections[0] as at_expected, connections[1] as connection:
            for statement in mysql_drifts.SCHEMA.split(";\n"):
                at_expected.exec_driver_sql(statement)
            expected, empty = catalog.read(at_expected), catalog.read(connection)
            after = apply(expected, empty, at_expected, connection)
            assert catalog.differences(expected, after) == []
            for statement in mysql_drifts.DRIFTS:
                connection.exec_driver_sql(statement)
                after = apply(expected, catalog.read(connection), at_expected, connection)
                assert catalog.differences(expected, after) == [], statement
