"""A scratch database gets the extensions that an administrator created in the project's one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from stratakit import config, scratch
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.scratch import extensions
from tests import databases
from tests.stratakit.environments.projects import Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

FAILURE = 'Revision a2 (a2_seed.py:10) failed: language "plpgsql" does not exist'
LANGUAGE = "\"DO $$ BEGIN INSERT INTO items (id, name) VALUES (1, 'seed'); END $$\""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    with databases.fresh("postgresql") as variables:
        url = variables["DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
        project = Project(tmp_path, HEAD.replace('"sqlite:///app.db"', repr(url)) + PLAIN)
        monkeypatch.setenv("TEST_DATABASE_URL", variables["TEST_DATABASE_URL"])
        monkeypatch.chdir(tmp_path)
        with working_in(tmp_path):
            yield project


@pytest.fixture
def without_language(project: Project) -> Iterator[DatabaseURL]:
    """A scratch database that lacks an extension of the project's one."""
    with scratch.database(config.load(project.root)) as url:
        with connect(url) as connection:
            connection.execute(text("DROP EXTENSION plpgsql"))
            connection.commit()
        yield url


def test_a_missing_extension_is_created_and_the_revisions_go_on(
    project: Project, without_language: DatabaseURL
) -> None:
    file = project.root / "migrations/versions/a2_seed.py"
    text_ = file.read_text().replace(
        "\"INSERT INTO items (id, name) VALUES (1, 'seed')\"", LANGUAGE
    )
    file.write_text(text_)
    scratch.upgrade(without_language, config.load(project.root))
    with connect(without_language) as connection:
        assert connection.execute(text("SELECT name FROM items")).scalars().all() == ["seed"]


def test_an_extension_that_the_scratch_server_does_not_offer_is_named(
    project: Project, without_language: DatabaseURL, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extensions, "OFFERED", text("SELECT 'other'"))
    with pytest.raises(StrataError) as refused:
        extensions.create_missing(without_language, config.load(project.root), FAILURE)
    assert "does not offer: plpgsql" in refused.value.detail
    assert "TEST_DATABASE_URL" in refused.value.hint


def test_another_failure_does_not_inspect_the_projects_database(
    project: Project, without_language: DatabaseURL
) -> None:
    project.write("migrations/env.py", "raise AssertionError\n")
    loaded = config.load(project.root)
    assert not extensions.create_missing(without_language, loaded, "division by zero")
    # A project's database that cannot be reached leaves the failure as it is.
    assert not extensions.create_missing(without_language, loaded, FAILURE)


def test_another_version_of_the_server_is_named(
    project: Project, without_language: DatabaseURL, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = config.load(project.root)
    assert extensions.create_missing(without_language, loaded, FAILURE)
    assert not extensions.create_missing(without_language, loaded, "syntax error")
    versions = iter(["PostgreSQL 99", "PostgreSQL 15"])
    monkeypatch.setattr(extensions, "server_version", lambda _: next(versions))
    with pytest.raises(StrataError) as refused:
        extensions.create_missing(without_language, loaded, "syntax error")
    assert re.search("PostgreSQL 15 .*PostgreSQL 99", refused.value.detail)
