"""What a database has too much is dropped by its kind, and no remedy hides a difference."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from stratakit.catalog import Difference
from stratakit.catalog.model import ObjectKey
from stratakit.drift import database, models
from stratakit.drift.removal import removals
from tests.stratakit.environments.projects import Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN
from tests.stratakit.environments.test_hostile import execute


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    project = Project(tmp_path, HEAD + PLAIN)
    project.write("strata.toml", 'database = "sqlite"\n')
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        assert project.run("upgrade").status == 0
        yield project


@pytest.mark.parametrize(
    ("key", "statement"),
    [
        (("view", "", "cheap"), "DROP VIEW cheap;"),
        (("view", "", "shop.Cheap"), 'DROP VIEW shop."Cheap";'),
        (("materialized view", "", "totals"), "DROP MATERIALIZED VIEW totals;"),
        (("sequence", "", "numbers"), "DROP SEQUENCE numbers;"),
        (("enum", "", "color"), "DROP TYPE color;"),
        (("function", "", "f(integer, text)"), "DROP FUNCTION f(integer, text);"),
        (("trigger", "items", "touch"), "DROP TRIGGER touch ON items;"),
        (("policy", "items", "own rows"), 'DROP POLICY "own rows" ON items;'),
    ],
)
def test_an_object_too_much_is_dropped(key: tuple[str, str, str], statement: str) -> None:
    difference = Difference(ObjectKey(*key), "", None, "")
    preparer = create_engine("postgresql+psycopg://").dialect.identifier_preparer
    assert list(removals([difference], preparer, "postgresql")) == [statement]


def test_what_is_missing_or_known_to_alembic_is_not_dropped() -> None:
    preparer = create_engine("sqlite://").dialect.identifier_preparer
    kept = [
        Difference(ObjectKey("view", "", "cheap"), "", "", None),
        Difference(ObjectKey("view", "", "cheap"), "definition", "a", "b"),
        Difference(ObjectKey("table", "", "items"), "", None, ""),
        Difference(ObjectKey("sequence", "items", "items_id_seq"), "", None, ""),
    ]
    assert list(removals(kept, preparer, "sqlite")) == []


def test_drift_gives_the_sql_for_a_view_that_is_too_much(project: Project) -> None:
    execute(project, "CREATE VIEW cheap AS SELECT id FROM items")
    outcome = project.run("drift")
    assert outcome.status == 1
    assert "DROP VIEW cheap;" in outcome.stdout


def test_a_remedy_that_cannot_be_worked_out_hides_no_difference(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise NotImplementedError("an unknown type")

    project.add_colour()
    monkeypatch.setattr(models, "alembic_operations", fail)
    outcome = project.run("check", "--models")
    assert outcome.status == 1
    assert "column items.colour" in outcome.stdout
    execute(project, "ALTER TABLE items ADD COLUMN extra INTEGER")
    monkeypatch.setattr(database, "alembic_operations", fail)
    outcome = project.run("drift")
    assert outcome.status == 1
    assert "column items.extra " in outcome.stdout
    assert "an unknown type" in outcome.stdout
    refused = project.run("stamp", "head")
    assert refused.status == 1
    assert "column items.extra " in refused.stderr


def test_a_table_that_cannot_be_reflected_is_not_dropped(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(project, "ALTER TABLE items ADD COLUMN extra INTEGER")
    monkeypatch.setattr(database, "_reflect", lambda *_: None)
    outcome = project.run("drift")
    assert "column items.extra " in outcome.stdout
    assert "DROP TABLE" not in outcome.stdout
