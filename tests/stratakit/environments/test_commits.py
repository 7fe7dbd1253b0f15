"""A transaction that env.py opens by itself and does not commit."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stratakit.environments.projects import Project, working_in
from tests.stratakit.environments.shapes import HEAD

RUN = """
    connection.execute(sa.text("SELECT 1"))
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
CONNECT = HEAD + "\nwith create_engine(URL).connect() as connection:" + RUN
AUTOCOMMIT = 'create_engine(URL, isolation_level="AUTOCOMMIT")'
ASYNCHRONOUS = (
    HEAD
    + """
import asyncio

from sqlalchemy.ext.asyncio import create_async_engine


def run(connection):"""
    + RUN
    + """

async def connect():
    engine = create_async_engine("sqlite+aiosqlite:///app.db")
    async with engine.connect() as connection:
        await connection.run_sync(run)
        # the end
    await engine.dispose()


asyncio.run(connect())
"""
)
UNCOMMITTED = {
    "asynchronous": ASYNCHRONOUS,
    "synchronous": CONNECT,
    "rolled back": CONNECT + "    connection.rollback()\n",
}
COMMITTED = {
    "asynchronous": ASYNCHRONOUS.replace("# the end", "await connection.commit()"),
    "asynchronous, begin": ASYNCHRONOUS.replace("engine.connect()", "engine.begin()"),
    "synchronous": CONNECT + "    connection.commit()\n",
    "a statement": CONNECT + '    connection.exec_driver_sql("COMMIT")\n',
    "its transaction": CONNECT + "    connection.get_transaction().commit()\n",
    "autocommit": CONNECT.replace("create_engine(URL)", AUTOCOMMIT),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    project = Project(tmp_path, CONNECT)
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        yield project


def read_versions() -> list[str]:
    with sqlite3.connect("app.db") as connection:
        try:
            return [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]
        except sqlite3.OperationalError:
            return []


@pytest.mark.parametrize("shape", UNCOMMITTED)
def test_a_run_that_env_py_does_not_commit_is_an_error(project: Project, shape: str) -> None:
    project.write("migrations/env.py", UNCOMMITTED[shape])
    for verb in ("upgrade", "check"):
        refused = project.run(verb)
        assert refused.status == 1, refused
        assert "migrations/env.py" in refused.stderr, refused
        assert "connection.commit()" in refused.stderr, refused
    assert read_versions() == []


@pytest.mark.parametrize("shape", COMMITTED)
def test_a_run_that_env_py_commits_is_none(project: Project, shape: str) -> None:
    project.write("migrations/env.py", COMMITTED[shape])
    upgraded = project.run("upgrade")
    assert upgraded.status == 0, upgraded
    assert read_versions() == ["a2"]


def test_nothing_has_to_be_committed_if_nothing_is_pending(project: Project) -> None:
    project.write("migrations/env.py", COMMITTED["synchronous"])
    assert project.run("upgrade").status == 0
    project.write("migrations/env.py", UNCOMMITTED["synchronous"])
    for verb in ("upgrade", "current", "upgrade --dry-run"):
        outcome = project.run(*verb.split())
        assert outcome.status == 0, outcome
