"""The verbs on servers, by each driver that env.py may use."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from stratakit.config import Config
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import migration_driver, parse
from tests import databases
from tests.stratakit.environments.projects import Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

ASYNC = """
import asyncio

from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(URL{arguments})


def do_run_migrations(connection):
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


async def run_async_migrations():
    async with engine.{method}() as connection:
        await connection.run_sync(do_run_migrations)
    await engine.dispose()


asyncio.run(run_async_migrations())
"""
BEGIN = """
with create_engine(URL).begin() as connection:
    context.configure(connection=connection, target_metadata=target_metadata)
    context.run_migrations()
"""
COMMIT = """
with create_engine(URL).connect() as connection:
    context.configure(
        connection=connection, target_metadata=target_metadata, transaction_per_migration=False
    )
    context.run_migrations()
    connection.commit()
"""
DRIVERS = {
    "psycopg": ("postgresql", PLAIN),
    "psycopg2": ("postgresql", PLAIN),
    "psycopg2, engine.begin": ("postgresql", BEGIN),
    "psycopg, one transaction": ("postgresql", COMMIT),
    "psycopg, asynchronous": ("postgresql", ASYNC.format(arguments="", method="connect")),
    "psycopg2, without psycopg": ("postgresql", PLAIN),
    "asyncpg": ("postgresql", ASYNC.format(arguments="", method="connect")),
    "asyncpg, engine.begin": ("postgresql", ASYNC.format(arguments="", method="begin")),
    "pymysql": ("mysql", PLAIN),
    "pymysql, engine.begin": ("mysql", BEGIN),
    "asyncmy": ("mysql", ASYNC.format(arguments="", method="connect")),
}


@pytest.fixture(params=DRIVERS)
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    backend, text_ = DRIVERS[request.param]
    with databases.fresh(backend) as variables:
        url = parse(variables["DATABASE_URL"], Config(root=tmp_path)).url
        driver = request.param.partition(",")[0]
        url = url.set(drivername=f"{backend}+{driver}")
        named = url.render_as_string(hide_password=False)
        head = HEAD.replace('"sqlite:///app.db"', repr(named))
        project = Project(tmp_path, head + text_)
        monkeypatch.setenv("TEST_DATABASE_URL", variables["TEST_DATABASE_URL"])
        monkeypatch.setenv("REAL", variables["DATABASE_URL"])
        if "without psycopg" in request.param:
            monkeypatch.setitem(sys.modules, "psycopg", None)
            migration_driver.cache_clear()
        monkeypatch.chdir(tmp_path)
        with working_in(tmp_path):
            yield project
        migration_driver.cache_clear()


def content(project: Project) -> dict[str, list[object]]:
    import os

    engine = migration_engine(parse(os.environ["REAL"], Config(root=project.root)))
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {name}"))]
            for name in inspect(connection).get_table_names()
        }


@pytest.mark.slow
def test_the_verbs_do_what_they_say_where_env_py_says(project: Project) -> None:
    checked = project.run("check", "--models")
    assert checked.status == 0, checked
    assert content(project) == {}

    upgraded = project.run("upgrade")
    assert upgraded.status == 0, upgraded
    before = content(project)
    assert before["items"] == [(1, "seed")]
    for verb in ("current", "history", "check", "drift", "upgrade"):
        outcome = project.run(verb)
        assert outcome.status == 0, f"{verb}: {outcome}"
    project.add_colour()
    created = project.run("create", "add colour")
    assert created.status == 0, created
    assert content(project) == before

    assert project.run("upgrade").status == 0
    assert content(project)["items"] == [(1, "seed", None)]
    downgraded = project.run("downgrade")
    assert downgraded.status == 0, downgraded
    assert content(project)["items"] == [(1, "seed")]
