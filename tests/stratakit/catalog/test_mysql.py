"""The catalogue sees what hands do to a MariaDB schema, and nothing where nothing was done."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine

from stratakit import catalog
from stratakit.config import Config
from stratakit.engine.url import parse
from tests import databases
from tests.stratakit.catalog.mysql_drifts import DRIFTS, SCHEMA


def made(connection: Connection) -> catalog.Catalog:
    name = connection.engine.url.database
    for statement in (f"DROP DATABASE {name}", f"CREATE DATABASE {name}", f"USE {name}"):
        connection.exec_driver_sql(statement)
    for statement in SCHEMA.split(";\n"):
        connection.exec_driver_sql(statement)
    return catalog.read(connection)


@pytest.mark.parametrize("of", [0, 1])
def test_what_hands_do_is_found(of: int, tmp_path: Path) -> None:
    with databases.fresh("mysql") as environment:
        url = parse(environment["DATABASE_URL"], Config(root=tmp_path))
        with create_engine(url.for_migrations).connect() as connection:
            before = made(connection)
            assert catalog.differences(before, made(connection)) == []
            for statement, first in list(DRIFTS.items())[of::2]:
                connection.exec_driver_sql(statement)
                found = catalog.differences(before, catalog.read(connection))
                assert any(str(each).startswith(first) for each in found), (statement, found)
                made(connection)
