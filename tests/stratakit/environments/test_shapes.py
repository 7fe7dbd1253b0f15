"""Every verb on an env.py of every shape: it does what the verb says, and where env.py says."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.stratakit.environments.projects import Project, digest, working_in
from tests.stratakit.environments.shapes import SHAPES

DATABASE = """\
import sqlalchemy as sa

engine = sa.create_engine("sqlite:///app.db")
with engine.connect() as connection:
    connection.execute(sa.text("SELECT 1"))
"""


@pytest.fixture(params=SHAPES)
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    project = Project(tmp_path, SHAPES[request.param])
    project.write("app/database.py", DATABASE)
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        yield project


def rows(project: Project, table: str = "items") -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(project.root / "app.db")) as connection:
        return connection.execute(f"SELECT * FROM {table}").fetchall()


@pytest.mark.slow
def test_the_verbs_do_what_they_say_where_env_py_says(project: Project) -> None:
    upgraded = project.run("upgrade")
    assert upgraded.status == 0, upgraded
    assert rows(project) == [(1, "seed")]
    before = digest(project.root / "app.db")

    for verb in ("current", "history", "heads", "check", "drift", "upgrade"):
        outcome = project.run(verb)
        assert outcome.status == 0, f"{verb}: {outcome}"
    assert "a2" in project.run("current").stdout
    assert rows(project) == [(1, "seed")]
    assert digest(project.root / "app.db") == before

    project.add_colour()
    checked = project.run("check", "--models")
    assert checked.status == 1, checked
    assert "colour" in checked.stdout + checked.stderr
    created = project.run("create", "add colour")
    assert created.status == 0, created
    assert len([*project.root.glob("migrations/versions/*colour*.py")]) == 1
    assert project.run("check", "--models").status == 0
    assert digest(project.root / "app.db") == before

    upgraded = project.run("upgrade")
    assert upgraded.status == 0, upgraded
    assert rows(project) == [(1, "seed", None)]
    assert project.run("downgrade").status == 0
    assert rows(project) == [(1, "seed")]
    stamped = project.run("stamp", "head", "--force", "a test")
    assert stamped.status == 0, stamped
    assert rows(project) == [(1, "seed")]


def test_a_revision_that_fails_is_a_failure(project: Project) -> None:
    assert project.run("upgrade", "a1").status == 0
    project.write(
        "migrations/versions/a2_seed.py",
        (project.root / "migrations/versions/a2_seed.py")
        .read_text()
        .replace("INSERT INTO items", "INSERT INTO nowhere"),
    )
    outcome = project.run("upgrade")
    assert outcome.status == 1, outcome
    assert "Revision a2" in outcome.stderr
    assert "no such table: nowhere" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert "a1" in project.run("current").stdout
