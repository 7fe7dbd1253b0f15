"""Rows for scratch databases: what a table demands of them, and what cannot be filled."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from stratakit.config import Config
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import parse
from stratakit.scratch import sample_rows

HARD_TO_FILL = """
CREATE TABLE colours (code VARCHAR(10) PRIMARY KEY, CHECK (code IN ('red', 'green')));
CREATE TABLE chairs (
    id INTEGER PRIMARY KEY, colour VARCHAR(10) NOT NULL REFERENCES colours (code),
    height INTEGER NOT NULL CHECK (height BETWEEN 100 AND 200), name VARCHAR(5) UNIQUE, data JSON
);
CREATE TABLE impossible (id INTEGER PRIMARY KEY CHECK (id IS NULL))
"""


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    url = parse(f"sqlite:///{tmp_path}/rows.db", Config(root=tmp_path))
    with migration_engine(url).connect() as connection:
        for statement in HARD_TO_FILL.split(";\n"):
            connection.exec_driver_sql(statement)
        connection.commit()
        yield connection


def test_rows_meet_checks_and_foreign_keys_and_what_cannot_be_filled_is_reported(
    connection: Connection,
) -> None:
    unfilled = sample_rows.fill(connection)
    assert {*unfilled} == {"impossible"}
    assert "CHECK constraint failed" in unfilled["impossible"]
    assert sample_rows.count_rows(connection) == {"colours": 2, "chairs": 2, "impossible": 0}
    chairs = connection.exec_driver_sql("SELECT colour, height, name FROM chairs").all()
    assert {chair.colour for chair in chairs} <= {"red", "green"}
    assert all(100 <= chair.height <= 200 for chair in chairs)
    assert None in {chair.name for chair in chairs}
