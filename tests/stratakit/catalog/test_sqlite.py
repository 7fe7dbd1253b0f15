"""The catalogue sees what is otherwise in a SQLite schema, and nothing in other words for it."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from stratakit import catalog
from stratakit.catalog import Catalog
from tests.stratakit.catalog.drifts import drift_id
from tests.stratakit.catalog.sqlite_drifts import DRIFTS, SCHEMA, THE_SAME


def made(folder: Path, schema: str) -> Catalog:
    with sqlite3.connect(folder / "made.db") as database:
        database.executescript(schema)
    with create_engine(f"sqlite:///{folder}/made.db").connect() as connection:
        found = catalog.read(connection)
    (folder / "made.db").unlink()
    return found


@pytest.mark.parametrize(("old", "new", "first"), DRIFTS)
def test_a_deviation_is_found(tmp_path: Path, old: str, new: str, first: str) -> None:
    assert old in SCHEMA
    other = made(tmp_path, SCHEMA.replace(old, new))
    found = catalog.differences(made(tmp_path, SCHEMA), other)
    assert any(drift_id(each).startswith(first) for each in found), [*map(str, found)]


@pytest.mark.parametrize(("old", "new"), THE_SAME)
def test_equivalent_spellings_are_not_a_difference(tmp_path: Path, old: str, new: str) -> None:
    assert old in SCHEMA
    other = made(tmp_path, SCHEMA.replace(old, new))
    assert [*map(str, catalog.differences(made(tmp_path, SCHEMA), other))] == []
