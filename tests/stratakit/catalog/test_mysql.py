"""The catalogue sees what hands do to a MariaDB schema, and nothing where nothing was done."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from stratakit import catalog
from stratakit.catalog import ObjectKey
from stratakit.config import Config
from stratakit.engine.url import parse
from tests import databases
from tests.stratakit.catalog.drifts import drift_id
from tests.stratakit.catalog.mysql_drifts import DRIFTS, SCHEMA


def made(connection: Connection) -> catalog.Catalog:
    name = connection.engine.url.database
    for statement in (f"DROP DATABASE {name}", f"CREATE DATABASE {name}", f"USE {name}"):
        connection.exec_driver_sql(statement)
    for statement in SCHEMA.split(";\n"):
        connection.exec_driver_sql(statement)
    return catalog.read(connection)


@pytest.mark.parametrize("of", [0, 1])
def test_a_manual_change_is_found(of: int, tmp_path: Path) -> None:
    with databases.fresh("mysql") as environment:
        url = parse(environment["DATABASE_URL"], Config(root=tmp_path))
        with create_engine(url.for_migrations).connect() as connection:
            before = made(connection)
            assert catalog.differences(before, made(connection)) == []
            for statement, first in list(DRIFTS.items())[of::2]:
                connection.exec_driver_sql(statement)
                found = catalog.differences(before, catalog.read(connection))
                assert any(drift_id(each).startswith(first) for each in found), (statement, found)
                made(connection)


PARENTS = ("CREATE TABLE a (id integer PRIMARY KEY)", "CREATE TABLE b (id integer PRIMARY KEY)")
A, B = "FOREIGN KEY (a) REFERENCES a (id)", "FOREIGN KEY (b) REFERENCES b (id)"
ORDERS = [
    (f"CREATE TABLE t (a integer, b integer, {A}, {B}, CHECK (a > 0), CHECK (b > 0))",),
    (f"CREATE TABLE t (a integer, b integer, {B}, {A}, CHECK (b > 0), CHECK (a > 0))",),
    (
        "CREATE TABLE t (a integer, b integer, CHECK (b > 0))",
        f"ALTER TABLE t ADD {B}",
        f"ALTER TABLE t ADD {A}, ADD CHECK (a > 0)",
    ),
]


def test_names_that_the_server_chooses_are_compared_in_any_order(tmp_path: Path) -> None:
    with databases.fresh("mysql") as environment:
        url = parse(environment["DATABASE_URL"], Config(root=tmp_path))
        with create_engine(url.for_migrations).connect() as connection:
            for statement in PARENTS:
                connection.exec_driver_sql(statement)
            found = []
            for statements in ORDERS:
                for statement in statements:
                    connection.exec_driver_sql(statement)
                found.append(catalog.read(connection))
                connection.exec_driver_sql("DROP TABLE t")
    keys = {str(key) for key in found[0] if key.table == "t" and key.kind != "column"}
    assert keys == {
        "foreign key t.(a)",
        "foreign key t.(b)",
        "check constraint t.(`a` > 0)",
        "check constraint t.(`b` > 0)",
    }
    assert [catalog.differences(found[0], each) for each in found] == [[], [], []]


def test_a_unique_index_named_as_the_column_of_a_key_is_compared(tmp_path: Path) -> None:
    with databases.fresh("mysql") as environment:
        url = parse(environment["DATABASE_URL"], Config(root=tmp_path))
        with create_engine(url.for_migrations).connect() as connection:
            connection.exec_driver_sql(PARENTS[0])
            connection.exec_driver_sql(f"CREATE TABLE t (a integer UNIQUE, {A})")
            assert ObjectKey("index", "t", "a") in catalog.read(connection)
