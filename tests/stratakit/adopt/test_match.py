"""The revision whose schema a database has, by the differences from each."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from stratakit.adopt.match import State, adoption_findings, matching_states, nearest_state
from stratakit.catalog.diff import differences
from stratakit.catalog.model import Catalog, ObjectKey
from stratakit.config import Config
from stratakit.runtime.environment import Environment

COLUMNS = ["id", "name", "price", "note"]


def _catalog(columns: Sequence[str]) -> Catalog:
    """A catalog of one table with these columns."""
    catalog = Catalog({ObjectKey("table", "", "items"): {}})
    catalog.update({ObjectKey("column", "items", name): {"type": "text"} for name in columns})
    return catalog


def _states(actual: Sequence[str], *revisions: Sequence[str]) -> list[State]:
    """The states of revisions that leave these columns, compared with a database's columns."""
    return [
        State(f"r{number}", "", differences(_catalog(columns), _catalog(actual)))
        for number, columns in enumerate(revisions, 1)
    ]


@pytest.mark.parametrize(
    ("columns", "matching", "nearest"),
    [
        (COLUMNS[:1], ["r1"], "r1"),
        (COLUMNS[:2], ["r2", "r3"], "r3"),
        (COLUMNS, ["r4"], "r4"),
        ([*COLUMNS, "extra"], [], "r4"),
        (["name", "price"], [], "r4"),
        ([], [], "r1"),
        (["other", *COLUMNS[:2]], [], "r3"),
    ],
)
def test_the_state_of_a_database(columns: list[str], matching: list[str], nearest: str) -> None:
    states = _states(columns, COLUMNS[:1], COLUMNS[:2], COLUMNS[:2], COLUMNS)
    assert [state.revision for state in matching_states(states)] == matching
    assert nearest_state(states).revision == nearest


@pytest.mark.parametrize(
    ("tables", "allowed", "head", "rules"),
    [
        ([], (), "", []),
        (["items"], (), "", ["not-adopted"]),
        (["items"], (), "a1", []),
        (["items"], ("table items",), "", []),
        (["items", "owners"], ("table it*",), "", ["not-adopted"]),
        (["items"], ("view items",), "", ["not-adopted"]),
        (["migration_log"], (), "", []),
        ([], (), "a1", []),
    ],
)
def test_a_database_with_tables_and_no_revision_is_not_adopted(
    tables: list[str], allowed: tuple[str, ...], head: str, rules: list[str]
) -> None:
    config = Config(root=Path("/srv/orders"), database="sqlite", allowed=allowed)
    with create_engine("sqlite://").connect() as connection:
        for name in tables:
            connection.exec_driver_sql(f"CREATE TABLE {name} (id integer)")
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num text)")
        if head:
            connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{head}')")
        context = MigrationContext.configure(connection)
        assert [each.rule for each in adoption_findings(context, Environment(config, {}))] == rules
