"""The pytest plugin: its tests fail when they should, and its fixtures work in any project."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.changes import ADD_PHONE, ADD_SIZE, DROP_PHONE, DROP_SIZE, PHONE, two_branches
from tests.service import Service

# A project with Alembic's own layout, whose env.py has the logging of `alembic init`.
INI = """
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = %(here)s
path_separator = os

[loggers]
keys = root

[handlers]
keys =

[formatters]
keys =

[logger_root]
level = WARNING
handlers =
"""
ENV = """
import os
from logging.config import fileConfig

from alembic import context
from stratakit.alembic import run_migrations

from app.items.models import Base

fileConfig(context.config.config_file_name)
run_migrations(url=os.environ.get("DATABASE_URL"), target_metadata=Base.metadata)
"""
MODELS = """
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[int]
    created_at: Mapped[int | None]
"""
FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("price", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.Integer()),
    )


def downgrade() -> None:
    op.drop_table("items")
"""
TESTS = """
from stratakit.testing import (
    test_lint,
    test_models_match_migrations,
    test_single_head,
    test_upgrade_and_downgrade_with_rows,
)
"""
MIGRATIONS = "tests/test_migrations.py"


def plain_project(root: Path, database: str, environment: dict[str, str]) -> Service:
    """A project that has Alembic and stratakit, and nothing of the template."""
    project = Service(root, database, environment)
    project.write("strata.toml", f'database = "{database}"\n')
    project.write("alembic.ini", INI)
    project.write("migrations/env.py", ENV)
    project.write("migrations/versions/002_items.py", FIRST)
    project.write("app/__init__.py", "")
    project.write("app/items/__init__.py", "")
    project.write("app/items/models.py", MODELS)
    project.write(MIGRATIONS, TESTS)
    return project


@pytest.fixture
def project(
    request: pytest.FixtureRequest, tmp_path: Path, service: Callable[..., Path]
) -> Iterator[Service]:
    """A plain project on SQLite, or what a test's `parametrize` names: its kind and database."""
    kind, database = getattr(request, "param", ("plain", "sqlite"))
    with databases.fresh(database) as environment:
        if kind == "plain":
            yield plain_project(tmp_path, database, environment)
        else:
            yield Service(service(database=database), database, environment)


def run_pytest(project: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    return project.run(project.python, "-m", "pytest", "-rfE", *arguments)


def failures(output: str) -> list[str]:
    """The names of the tests that failed or could not be set up."""
    return re.findall(r"^(?:FAILED|ERROR) \S+::(\S+)", output, re.MULTILINE)


def leave_a_second_head(project: Service) -> None:
    two_branches(project)


def change_a_model(project: Service) -> None:
    project.add_column(PHONE)


def lose_a_column(project: Service) -> None:
    project.add_column(PHONE)
    lossy = f'{DROP_PHONE}\n    op.drop_column("items", "created_at")'
    project.revision("003", "002", ADD_PHONE, lossy)


def drop_a_column(project: Service) -> None:
    project.revision("003", "002", ADD_PHONE, DROP_PHONE)
    project.revision("004", "003", DROP_PHONE, ADD_PHONE)


ROUND_TRIP = "test_upgrade_and_downgrade_with_rows"
# What is planted, which tests fail, and what they say: the fault and the command.
FAULTS: list[tuple[Callable[[Service], None], set[str], list[str]]] = [
    (
        leave_a_second_head,
        {"test_single_head", "test_models_match_migrations", "test_lint"},
        ["There are several heads:\n  003", "Join them: COMMAND merge"],
    ),
    (
        change_a_model,
        {"test_models_match_migrations"},
        ["adds column items.phone", 'COMMAND create "what changes"'],
    ),
    (
        lose_a_column,
        {f"{ROUND_TRIP}[003]", "test_lint"},
        [
            "migrations/versions/003_by_hand.py: downgrade() does not undo upgrade(): "
            "column items.created_at is missing",
            f"Then run: pytest '{MIGRATIONS}::{ROUND_TRIP}[003]'",
        ],
    ),
    (
        drop_a_column,
        {"test_lint"},
        ["migrations/versions/004_by_hand.py:", "COMMAND lint --explain drop-column"],
    ),
]
SETTINGS = [
    ("plain", "sqlite"),
    pytest.param(("service", "postgresql"), marks=pytest.mark.slow),
    pytest.param(("service", "sqlite"), marks=pytest.mark.slow),
    pytest.param(("plain", "postgresql"), marks=pytest.mark.slow),
    pytest.param(("plain", "mysql"), marks=pytest.mark.slow),
]
on_each_database = pytest.mark.parametrize("project", SETTINGS, indirect=True, ids=repr)


@on_each_database
def test_a_project_without_faults_passes(project: Service) -> None:
    done = run_pytest(project, "-v", MIGRATIONS)
    assert done.returncode == 0, done.stdout
    assert f"{ROUND_TRIP}[002] PASSED" in done.stdout
    assert "Traceback" not in done.stderr


@on_each_database
@pytest.mark.parametrize(("plant", "failing", "texts"), FAULTS, ids=[f[0].__name__ for f in FAULTS])
def test_a_planted_fault_fails_its_test_alone_with_the_command_that_fixes_it(
    project: Service, plant: Callable[[Service], None], failing: set[str], texts: list[str]
) -> None:
    plant(project)
    done = run_pytest(project, MIGRATIONS)
    assert {*failures(done.stdout)} == failing, done.stdout
    command = "./migrate.sh" if (project.root / "migrate.sh").exists() else "stratakit"
    for text in texts:
        assert text.replace("COMMAND", command) in done.stdout
    # The text of the failure is all there is to read: no line of stratakit's own.
    assert "stratakit/" not in done.stdout


def test_rows_that_a_revision_deletes_fail_its_test_unless_it_declares_them(
    project: Service,
) -> None:
    file = project.revision("003", "002", 'op.execute("DELETE FROM items")')
    test = f"{MIGRATIONS}::{ROUND_TRIP}"
    done = run_pytest(project, test)
    assert failures(done.stdout) == [f"{ROUND_TRIP}[003]"]
    assert "003_by_hand.py: upgrade() deletes rows: items had 2 and has 0." in done.stdout
    file.write_text(f'{file.read_text()}\n\ndeletes_rows = "they were samples"\n')
    assert run_pytest(project, test).returncode == 0


@pytest.mark.slow
@pytest.mark.parametrize("project", [("service", "sqlite")], indirect=True, ids=repr)
def test_a_revision_that_declares_itself_irreversible_is_not_downgraded(project: Service) -> None:
    project.add_column(PHONE)
    file = project.revision("003", "002", ADD_PHONE, 'raise RuntimeError("never")')
    file.write_text(f'{file.read_text()}\n\nirreversible = "sold"\n')
    done = run_pytest(project, MIGRATIONS)
    assert done.returncode == 0, done.stdout
    assert project.migrate("upgrade").returncode == 0
    for refused in (project.migrate("downgrade"), project.alembic("downgrade", "-1")):
        assert refused.returncode != 0
        assert re.search(r"003 .*: sold$", refused.stderr, re.MULTILINE)
    assert project.stands_at() == "003"


def test_the_revisions_after_one_that_fails_name_it(project: Service) -> None:
    project.revision("003", "002", 'op.execute("SELECT nonsense")')
    project.revision("004", "003")
    project.revision("005", "004")
    done = run_pytest(project, f"{MIGRATIONS}::{ROUND_TRIP}")
    assert failures(done.stdout) == [f"{ROUND_TRIP}[{each}]" for each in ("003", "004", "005")]
    assert done.stdout.count("no such column: nonsense") == 1
    assert "005_by_hand.py" in done.stdout
    assert done.stdout.count("pytest -k 003") == 2
    alone = run_pytest(project, "-k", "003")
    assert alone.stdout.count("no such column: nonsense") == 1


def test_a_revision_that_fails_leaves_a_new_database_to_the_next_one(project: Service) -> None:
    project.revision("003", "002", ADD_PHONE)
    project.revision("004", "003", ADD_SIZE, DROP_SIZE)
    done = run_pytest(project, f"{MIGRATIONS}::{ROUND_TRIP}")
    assert failures(done.stdout) == [f"{ROUND_TRIP}[003]"]


def test_round_trips_do_not_depend_on_their_order(project: Service) -> None:
    project.revision("003", "002", ADD_PHONE, DROP_PHONE)
    project.revision("004", "003", ADD_SIZE, DROP_SIZE)
    order = ("004", "002", "003")
    done = run_pytest(project, "-v", *(f"{MIGRATIONS}::{ROUND_TRIP}[{each}]" for each in order))
    assert done.returncode == 0, done.stdout
    assert re.findall(r"\[(\d+)\] PASSED", done.stdout) == list(order)


def test_xdist_spreads_the_revisions_and_names_the_one_that_fails(project: Service) -> None:
    lose_a_column(project)
    for number in range(4, 10):
        project.revision(f"{number:03}", f"{number - 1:03}")
    done = run_pytest(project, "-v", "--numprocesses=2", f"{MIGRATIONS}::{ROUND_TRIP}")
    assert failures(done.stdout) == [f"{ROUND_TRIP}[003]"]
    ran = re.findall(r"\[(gw\d)\].* PASSED .*\[(\d+)\]", done.stdout)
    assert sorted(each for _, each in ran) == ["002", *(f"{number:03}" for number in range(4, 10))]
    assert {worker for worker, _ in ran} == {"gw0", "gw1"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "project", [("service", "sqlite"), ("service", "postgresql")], indirect=True, ids=repr
)
def test_two_branches_and_their_merge_each_make_a_round_trip(project: Service) -> None:
    project.add_column(PHONE)
    project.add_column("size: Mapped[int | None]")
    two_branches(project)
    merged = project.migrate("merge")
    assert merged.returncode == 0, merged.stderr
    (file,) = project.root.glob("migrations/versions/*_merge_heads.py")
    assert f"Wrote {file.relative_to(project.root)}" in merged.stdout
    # Code that runs goes on behind a revision that does nothing.
    assert 'phase = "expand"' in file.read_text()
    done = run_pytest(project, MIGRATIONS)
    assert done.returncode == 0, done.stdout


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
@pytest.mark.parametrize("project", [("service", "sqlite")], indirect=True, ids=repr)
def test_the_tests_of_pytest_alembic_pass(
    project: Service, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., str]
) -> None:
    packages = tmp_path_factory.mktemp("packages")
    uv = Path(sys.prefix) / "bin" / "uv"
    run(
        *(uv, "pip", "install", "-q", "--no-deps", "--target", packages, "pytest-alembic"),
        cwd=project.root,
    )
    project.write("tests/test_alembic.py", PYTEST_ALEMBIC)
    done = project.run(
        *(project.python, "-m", "pytest", "-q", "-p", "no:pytest_alembic"),
        *("-p", "no:pytest-alembic", "-o", "strict=false", "tests/test_alembic.py"),
        PYTHONPATH=str(packages),
    )
    assert "4 passed" in done.stdout, done.stdout + done.stderr


SESSIONS = """
import pytest
from sqlalchemy import create_engine, text

COUNT = text("SELECT count(*) FROM items")
INSERT = text("INSERT INTO items (price) VALUES (1)")
twice = pytest.mark.parametrize("time", [1, 2])


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@twice
def test_synchronous(database_session, time):
    assert database_session.scalar(COUNT) == 0
    database_session.execute(INSERT)
    database_session.commit()
    database_session.execute(INSERT)
    database_session.rollback()
    assert database_session.scalar(COUNT) == 1


@twice
@pytest.mark.anyio
async def test_asynchronous(async_database_session, time):
    assert await async_database_session.scalar(COUNT) == 0
    await async_database_session.execute(INSERT)
    await async_database_session.commit()
    await async_database_session.execute(INSERT)
    await async_database_session.rollback()
    assert await async_database_session.scalar(COUNT) == 1


def test_the_url_names_a_driver(migrated_database):
    engine = create_engine(migrated_database)
    with engine.connect() as connection:
        assert connection.scalar(COUNT) == 0
    engine.dispose()
"""


@pytest.mark.parametrize(
    "project",
    [
        ("plain", "sqlite"),
        ("plain", "postgresql"),
        pytest.param(("plain", "mysql"), marks=pytest.mark.slow),
    ],
    indirect=True,
    ids=repr,
)
def test_rows_that_a_test_commits_in_a_session_are_rolled_back(project: Service) -> None:
    project.write("tests/test_sessions.py", SESSIONS)
    done = run_pytest(project, "-W", "error", "tests/test_sessions.py")
    assert "5 passed" in done.stdout, done.stdout


# As `alembic init` writes it, without its branch for SQL.
UNCHANGED_ENV = """
from logging.config import fileConfig

from alembic import context
from sqlalchemy import engine_from_config, pool

from app.items.models import Base

fileConfig(context.config.config_file_name)
section = context.config.get_section(context.config.config_ini_section, {})
engine = engine_from_config(section, prefix="sqlalchemy.", poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""


def test_an_unchanged_env_py_reaches_scratch_databases_alone(project: Service) -> None:
    ini = INI.replace("[alembic]", "[alembic]\nsqlalchemy.url = sqlite:///%(here)s/real.db")
    project.write("alembic.ini", ini)
    project.write("migrations/env.py", UNCHANGED_ENV)
    project.write("tests/test_sessions.py", SESSIONS)
    project.write("tests/test_logging.py", LOGGING)
    lose_a_column(project)
    done = run_pytest(project)
    assert {*failures(done.stdout)} == {f"{ROUND_TRIP}[003]", "test_lint"}, done.stdout
    assert not (project.root / "real.db").exists()


LOGGING = """
import logging

logger = logging.getLogger("app.orders")


def test_a_message_is_captured(migrated_database, caplog):
    logger.warning("late")
    assert caplog.messages == ["late"]
"""


def test_env_py_does_not_take_the_messages_of_the_application_away(project: Service) -> None:
    project.write("tests/test_logging.py", LOGGING)
    done = run_pytest(project, "tests/test_logging.py")
    assert done.returncode == 0, done.stdout


# The plugin is loaded in it, too.
UNRELATED = """
import sys


def pytest_sessionfinish():
    heavy = {"alembic", "sqlalchemy", "stratakit.config"} & {*sys.modules}
    assert not heavy, heavy
    assert "stratakit.testing.plugin" in sys.modules
"""


def test_an_unrelated_project_imports_neither_alembic_nor_sqlalchemy(tmp_path: Path) -> None:
    unrelated = Service(tmp_path, "sqlite")
    unrelated.write("conftest.py", UNRELATED)
    unrelated.write("pytest.toml", "[pytest]\nstrict = true\n")
    unrelated.write("test_it.py", "def test_it(): pass\n")
    done = run_pytest(unrelated, "-W", "error")
    assert done.returncode == 0, done.stdout + done.stderr


def add_a_syntax_error(project: Service) -> None:
    project.write("migrations/versions/003_broken.py", "def upgrade(:\n")


def add_a_cycle(project: Service) -> None:
    project.revision("003", "004")
    project.revision("004", "003")


@pytest.mark.parametrize(
    ("plant", "text"),
    [
        (add_a_syntax_error, "003_broken.py is not valid Python"),
        (add_a_cycle, "003 -> 004 -> 003"),
    ],
    ids=["syntax error", "cycle"],
)
def test_revisions_that_cannot_be_read_are_an_error_of_the_collection(
    project: Service, plant: Callable[[Service], None], text: str
) -> None:
    plant(project)
    done = run_pytest(project, MIGRATIONS)
    assert done.returncode == 2
    assert text in done.stdout
    assert "stratakit/" not in done.stdout


def test_a_missing_revision_is_the_whole_failure(project: Service) -> None:
    project.revision("004", "003")
    done = run_pytest(project, MIGRATIONS)
    assert "test_single_head" in failures(done.stdout)
    assert re.search(r"004_by_hand\.py .*\b003\b", done.stdout)
    assert "stratakit/" not in done.stdout
    assert "another exception occurred" not in done.stdout


def test_the_setting_names_the_folder_of_a_project_in_a_monorepo(project: Service) -> None:
    (project.root / "orders").mkdir()
    for name in ("alembic.ini", "app", "migrations", "strata.toml", "tests"):
        (project.root / name).rename(project.root / "orders" / name)
    project.write("pytest.toml", "[pytest]\nstratakit_root = 'orders'\nstrict = true\n")
    done = run_pytest(project, f"orders/{MIGRATIONS}")
    assert done.returncode == 0, done.stdout
    elsewhere = run_pytest(project, "-o", "stratakit_root=", f"orders/{MIGRATIONS}")
    assert elsewhere.returncode != 0


@pytest.mark.parametrize("option", ["--help", "--markers"])
def test_pytest_documents_the_setting_and_the_marker(project: Service, option: str) -> None:
    done = run_pytest(project, option)
    expected = {"--help": "stratakit_root (string)", "--markers": "@pytest.mark.migrations"}
    assert expected[option] in done.stdout


def test_without_a_server_the_message_is_the_whole_failure(project: Service) -> None:
    project.write("strata.toml", 'database = "mysql"\n')
    project.write("tests/test_sessions.py", SESSIONS)
    project.environment["PATH"] = "/nowhere"
    done = run_pytest(project, MIGRATIONS, "tests/test_sessions.py")
    assert done.returncode == 1
    assert "mariadb-install-db is not installed" in done.stdout
    assert "TEST_DATABASE_URL=mysql://" in done.stdout
    assert "stratakit/" not in done.stdout
