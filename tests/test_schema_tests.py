"""The tests that a service has of its migrations find what is wrong with a revision."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection

from stratakit.config import Config
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import parse
from stratakit.scratch import sample_rows
from tests import databases
from tests.changes import ADD_PHONE, PHONE, two_branches
from tests.living import Service

HARD_TO_FILL = """
CREATE TABLE colours (code VARCHAR(10) PRIMARY KEY, CHECK (code IN ('red', 'green')));
CREATE TABLE chairs (
    id INTEGER PRIMARY KEY, colour VARCHAR(10) NOT NULL REFERENCES colours (code),
    height INTEGER NOT NULL CHECK (height BETWEEN 100 AND 200), name VARCHAR(5) UNIQUE, data JSON
);
CREATE TABLE impossible (id INTEGER PRIMARY KEY CHECK (id IS NULL))
"""


@pytest.fixture
def live(service: Callable[..., Path]) -> Service:
    return Service(service(database="sqlite"), "sqlite")


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[Connection]:
    url = parse(f"sqlite:///{tmp_path}/rows.db", Config(root=tmp_path))
    with migration_engine(url).connect() as connection:
        for statement in HARD_TO_FILL.split(";\n"):
            connection.exec_driver_sql(statement)
        connection.commit()
        yield connection


def test_rows_meet_checks_and_foreign_keys_and_what_cannot_be_filled_is_told(
    connection: Connection,
) -> None:
    left = sample_rows.fill(connection)
    assert {*left} == {"impossible"}
    assert "CHECK constraint failed" in left["impossible"]
    assert sample_rows.count_rows(connection) == {"colours": 2, "chairs": 2, "impossible": 0}
    chairs = connection.exec_driver_sql("SELECT colour, height, name FROM chairs").all()
    assert {chair.colour for chair in chairs} <= {"red", "green"}
    assert all(100 <= chair.height <= 200 for chair in chairs)
    assert None in {chair.name for chair in chairs}


def schema_tests(live: Service) -> str:
    done = live.run(live.python, "-m", "pytest", "-q", "tests/test_migrations.py")
    return done.stdout


def test_a_trace_and_lost_rows_are_found(live: Service) -> None:
    live.add_column(PHONE)
    live.revision("003", "002", ADD_PHONE, 'op.execute("DELETE FROM items")')
    told = schema_tests(live)
    assert "003_by_hand.py leaves a trace when it is undone: column items.phone" in told
    assert "003_by_hand.py, undone, deletes rows of items" in told


def test_a_revision_that_says_it_cannot_be_undone_is_not_undone(live: Service) -> None:
    live.add_column(PHONE)
    file = live.revision("003", "002", ADD_PHONE, 'raise RuntimeError("never")')
    file.write_text(f'{file.read_text()}\n\nirreversible = "the numbers were sold"\n')
    told = schema_tests(live)
    assert "5 passed" in told, told
    assert live.migrate("upgrade").returncode == 0
    for refused in (live.migrate("downgrade"), live.alembic("downgrade", "-1")):
        assert refused.returncode != 0
        assert "003  by hand 003 cannot be undone: the numbers were sold" in refused.stderr
    assert live.stands_at() == "003"


PYTEST_ALEMBIC = """
import pytest
from pytest_alembic.plugin.fixtures import create_alembic_fixture
from pytest_alembic.tests import (
    test_model_definitions_match_ddl,
    test_single_head_revision,
    test_up_down_consistency,
    test_upgrade,
)

from stratakit import config, scratch
from stratakit.engine.migration import migration_engine

alembic_runner = create_alembic_fixture({"file": "alembic.ini"})


@pytest.fixture
def alembic_engine():
    with scratch.database(config.load()) as url:
        yield migration_engine(url)
"""


@pytest.mark.slow
def test_the_tests_of_pytest_alembic_pass(
    live: Service, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., str]
) -> None:
    packages = tmp_path_factory.mktemp("packages")
    uv = Path(sys.prefix) / "bin" / "uv"
    run(
        *(uv, "pip", "install", "-q", "--no-deps", "--target", packages, "pytest-alembic"),
        cwd=live.root,
    )
    live.write("tests/test_alembic.py", PYTEST_ALEMBIC)
    done = live.run(
        *(live.python, "-m", "pytest", "-q", "-p", "no:pytest_alembic", "-p", "no:pytest-alembic"),
        *("-o", "strict=false", "tests/test_alembic.py"),
        PYTHONPATH=str(packages),
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def test_two_branches_and_their_merge_are_each_taken_up_and_down(
    database: str, service: Callable[..., Path]
) -> None:
    with databases.fresh(database) as environment:
        live = Service(service(database=database), database, environment)
        live.add_column(PHONE)
        live.add_column("size: Mapped[int | None]")
        two_branches(live)
        merged = live.migrate("merge")
        assert merged.returncode == 0, merged.stderr
        (file,) = live.root.glob("migrations/versions/*_merge_heads.py")
        assert f"Wrote {file.relative_to(live.root)}" in merged.stdout
        # Code that runs goes on behind a revision that does nothing.
        assert 'phase = "expand"' in file.read_text()
        told = schema_tests(live)
        assert "5 passed" in told, told
