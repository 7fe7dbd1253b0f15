"""What other templates get wrong, kept right here."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import yaml

from stratakit.devserver.server import Server
from stratakit.revisions import history
from tests.changes import CREATE_ALL
from tests.rows import DATABASES
from tests.service import Service
from tests.serving import served
from tests.stratakit.devserver.servers import made_before

pytestmark = pytest.mark.slow

PHONE = "phone: Mapped[str | None] = mapped_column(String(20))"
ADD_PHONE = 'op.add_column("items", sa.Column("phone", sa.String(20)))'
DROP_PHONE = 'op.drop_column("items", "phone")'
ITEM = "INSERT INTO items (name, price) VALUES ('kept', 1)"
NOWHERE = {
    "postgresql": "postgresql://nobody:secret@127.0.0.1:9/nothing",
    "sqlite": "sqlite:////nowhere/at/all.db",
    "mysql": "mysql://nobody:secret@127.0.0.1:9/nothing",
}

IN_A_RUNNING_LOOP = """
import asyncio
from alembic import command
from alembic.config import Config

async def main():
    command.upgrade(Config("alembic.ini"), "head")

asyncio.run(main())
"""
HANDED_OVER = """
import os, sys
from alembic import command
from alembic.config import Config
from stratakit import config
from stratakit.engine.connect import connect
from stratakit.scratch import environment

with connect(environment.current_url(config.load())) as connection:
    os.environ["DATABASE_URL"] = sys.argv[1]
    alembic = Config("alembic.ini")
    alembic.attributes["connection"] = connection
    command.upgrade(alembic, "head")
    command.downgrade(alembic, "-1")
    command.upgrade(alembic, "head")
"""
HANDED_OVER_BY_ASYNCHRONOUS_CODE = """
import asyncio, os, sys
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import create_async_engine
from stratakit import config
from stratakit.scratch import environment

def upgrade(connection):
    alembic = Config("alembic.ini")
    alembic.attributes["connection"] = connection
    command.upgrade(alembic, "head")

async def main():
    engine = create_async_engine(environment.current_url(config.load()).for_app)
    os.environ["DATABASE_URL"] = sys.argv[1]
    async with engine.connect() as connection:
        await connection.run_sync(upgrade)
    await engine.dispose()

asyncio.run(main())
"""
IN_THE_CALLERS_TRANSACTION = """
import sys
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from stratakit import config
from stratakit.engine.connect import connect
from stratakit.scratch import environment

with connect(environment.current_url(config.load())) as connection:
    alembic = Config("alembic.ini")
    alembic.attributes["connection"] = connection
    transaction = connection.begin()
    connection.execute(text("CREATE TABLE callers (id INTEGER)"))
    command.upgrade(alembic, "head")
    connection.execute(text("SELECT id FROM items"))
    getattr(transaction, sys.argv[1])()
"""
INSIDE_THE_APPLICATION = """
import json, logging, sys
from alembic import command
from alembic.config import Config

logging.basicConfig(level="WARNING", format="mine: %(message)s", stream=sys.stdout)
mine = logging.getLogger("app.orders")
mine.setLevel("DEBUG")
before = [logging.root.handlers[:], logging.root.level]
command.upgrade(Config("alembic.ini"), "head")
mine.info("still heard")
print(json.dumps([
    mine.disabled,
    before == [logging.root.handlers[:], logging.root.level],
    logging.getLogger("alembic.runtime.migration").level,
]))
"""
# What importing ruff comes to where it is not installed.
WITHOUT_RUFF = """
from importlib.machinery import PathFinder

found = PathFinder.find_spec
PathFinder.find_spec = classmethod(
    lambda cls, name, *rest: None if name.partition(".")[0] == "ruff" else found(name, *rest)
)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A PostgreSQL server of this test's own."""
    server = made_before(tmp_path / "postgresql")
    server.start()
    yield server
    server.remove()


def test_three_upgrades_at_once_all_succeed_though_a_revision_is_slow(live: Service) -> None:
    # For longer than SQLite itself would wait.
    live.revision("003", "002", f"import time; time.sleep(6); {ADD_PHONE}", DROP_PHONE)
    upgrades = [
        subprocess.Popen(
            [live.root / ".venv/bin/alembic", "upgrade", "head"],
            cwd=live.root,
            env=live.environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for _ in range(3)
    ]
    told = [upgrade.communicate(timeout=180)[0] for upgrade in upgrades]
    assert [upgrade.returncode for upgrade in upgrades] == [0, 0, 0], told
    assert live.stands_at() == "003"
    assert sum("Applied 003" in each for each in told) == 1, told


def test_a_database_made_by_create_all_is_adopted_by_the_command_that_the_error_names(
    live: Service,
) -> None:
    _succeeds(live.run(live.python, "-c", CREATE_ALL))
    refused = live.migrate("upgrade")
    assert refused.returncode == 1
    found = re.search(r"\./migrate\.sh adopt", refused.stderr)
    assert found, refused.stderr
    _succeeds(live.shell(found[0]))
    assert live.stands_at() == "002"
    _succeeds(live.migrate("check"))


def test_a_model_in_a_new_file_gets_its_table(migrated: Service) -> None:
    code = (migrated.root / "app/items/models.py").read_text()
    code = code.replace("Item", "Order").replace('"items"', '"orders"')
    migrated.write("app/orders/__init__.py", "")
    migrated.write("app/orders/models.py", code)
    _succeeds(migrated.alembic("revision", "--autogenerate", "-m", "add orders"))
    revision = migrated.newest().read_text()
    assert revision.count("op.create_table(") == revision.count("op.drop_table(") == 1
    assert "items" not in revision
    _succeeds(migrated.migrate("upgrade"))
    assert migrated.sql("SELECT count(*) FROM orders") == [(0,)]


def test_migrations_run_inside_a_running_event_loop(live: Service) -> None:
    _succeeds(live.run(live.python, "-c", IN_A_RUNNING_LOOP))
    assert live.stands_at() == "002"


@pytest.mark.parametrize("program", [HANDED_OVER, HANDED_OVER_BY_ASYNCHRONOUS_CODE])
def test_migrations_run_on_a_connection_that_is_handed_over(live: Service, program: str) -> None:
    _succeeds(live.run(live.python, "-c", program, NOWHERE[live.database]))
    assert live.stands_at() == "002"
    live.sql("SELECT id FROM items")


@pytest.mark.databases("postgresql", "sqlite")
def test_migrations_in_the_callers_transaction_end_with_it(live: Service) -> None:
    _succeeds(live.run(live.python, "-c", IN_THE_CALLERS_TRANSACTION, "rollback"))
    with live.connection() as connection:
        assert connection.dialect.get_table_names(connection) == []
    _succeeds(live.run(live.python, "-c", IN_THE_CALLERS_TRANSACTION, "commit"))
    assert live.stands_at() == "002"
    live.sql("SELECT id FROM callers")


def test_an_encoded_character_in_the_password_is_understood_and_never_shown(
    service: Callable[..., Path], server: Server
) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE app LOGIN PASSWORD 'p@ss%w/rd'")
        connection.execute("CREATE DATABASE apps OWNER app")
        rules = server.data / "pg_hba.conf"
        rules.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        connection.execute("SELECT pg_reload_conf()")
    own = Service(service(database="postgresql"), "postgresql")
    url = server.url("apps").replace("postgres@", "app:p%40ss%25w%2Frd@")
    _succeeds(own.alembic("upgrade", "head", DATABASE_URL=url))
    wrong = own.alembic("current", DATABASE_URL=url.replace("p%40ss", "q%40ss"))
    assert wrong.returncode != 0
    assert 'user "app"' in wrong.stderr
    assert "Traceback" not in wrong.stderr
    assert not [secret for secret in ("q@ss", "q%40ss", "w/rd", "w%2Frd") if secret in wrong.stderr]


def test_models_and_shipped_revisions_agree(live: Service) -> None:
    _succeeds(live.alembic("upgrade", "head"))
    _succeeds(live.alembic("check"))
    _succeeds(live.migrate("check"))


def test_the_services_tests_never_touch_the_database_of_its_settings(migrated: Service) -> None:
    migrated.sql(ITEM)
    before = migrated.sql("SELECT id FROM migration_log ORDER BY id")
    _succeeds(migrated.run(migrated.python, "-m", "pytest", "-q"))
    assert migrated.sql("SELECT name FROM items") == [("kept",)]
    assert migrated.sql("SELECT id FROM migration_log ORDER BY id") == before


@pytest.mark.databases("postgresql", "sqlite")
def test_a_failed_revision_leaves_nothing_that_the_next_try_would_meet(migrated: Service) -> None:
    fails = f'{ADD_PHONE}; op.execute("INSERT INTO nowhere VALUES (1)")'
    migrated.revision("003", "002", fails, DROP_PHONE)
    assert migrated.alembic("upgrade", "head").returncode != 0
    assert migrated.stands_at() == "002"
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    _succeeds(migrated.alembic("upgrade", "head"))
    assert migrated.sql("SELECT phone FROM items") == []


@pytest.mark.databases("mysql")
def test_without_transactional_ddl_the_next_try_does_no_harm(migrated: Service) -> None:
    fails = f'{ADD_PHONE}; op.execute("INSERT INTO nowhere VALUES (1)")'
    migrated.revision("003", "002", fails, DROP_PHONE)
    for _ in range(2):
        assert migrated.alembic("upgrade", "head").returncode != 0
        assert migrated.stands_at() == "002"
        assert migrated.sql("SELECT phone FROM items") == []
    migrated.sql("ALTER TABLE items DROP COLUMN phone")
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    _succeeds(migrated.alembic("upgrade", "head"))


def test_the_same_message_twice_on_a_day_makes_two_files(service: Callable[..., Path]) -> None:
    dated = Service(service(database="sqlite", revision_names="dated"), "sqlite")
    for _ in range(2):
        _succeeds(dated.alembic("revision", "-m", "fill phone numbers"))
    chain = history.read(dated.root / "migrations/versions")
    made = [each for each in chain.values() if each.message == "fill phone numbers"]
    assert len(made) == 2
    assert all(f"_{each.id}_fill_phone_numbers.py" in each.path.name for each in made)
    assert len(chain.heads) == 1
    _succeeds(dated.alembic("upgrade", "head"))


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("example", [True, False])
def test_every_service_begins_with_one_revision_and_ends_with_one(
    render: Callable[..., Path], database: str, example: bool
) -> None:
    chain = history.read(render(database=database, example=example) / "migrations/versions")
    assert [each.id for each in chain.values() if not each.parents] == ["001"]
    assert chain.heads == (("002",) if example else ("001",))
    assert all(parent in chain for revision in chain.values() for parent in revision.parents)


@pytest.mark.databases("sqlite")
def test_a_service_without_the_example_upgrades_and_is_clean(
    database: str, service: Callable[..., Path]
) -> None:
    bare = Service(service(database=database, example=False), database)
    _succeeds(bare.alembic("upgrade", "head"))
    _succeeds(bare.alembic("check"))
    _succeeds(bare.migrate("check"))


def test_the_answers_are_there_for_an_update(service: Callable[..., Path]) -> None:
    own = Service(service(database="sqlite"), "sqlite")
    answers = yaml.safe_load((own.root / ".copier-answers.yml").read_text())
    assert answers["_commit"] == "v9999"
    assert answers["database"] == "sqlite"
    own.commit()
    _succeeds(own.run(sys.executable, "-m", "copier", "update", "--defaults"))
    assert own.git("status", "--porcelain") == ""


def test_a_service_says_when_its_database_is_down(live: Service) -> None:
    live.environment["DATABASE_URL"] = NOWHERE[live.database]
    with served(live) as site:
        status, told = site.ask("/ready")
        assert (status, told["status"]) == (503, "database down")
        assert "secret" not in json.dumps(told)
        assert site.ask("/health")[0] == 200


def test_a_service_says_when_its_database_goes_down_and_comes_back(
    service: Callable[..., Path], server: Server
) -> None:
    server.create_database("mine")
    own = Service(
        service(database="postgresql"), "postgresql", {"DATABASE_URL": server.url("mine")}
    )
    _succeeds(own.migrate("upgrade"))
    with served(own) as site:
        assert site.ask("/ready")[0] == 200
        server.stop()
        status, told = site.ask("/ready")
        assert (status, told["status"]) == (503, "database down")
        server.start()
        assert site.ask("/ready")[0] == 200


@pytest.mark.databases("sqlite")
def test_a_revision_is_made_where_the_formatter_is_not_installed(
    migrated: Service, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_RUFF)
    migrated.add_column(PHONE)
    created = _succeeds(migrated.migrate("create", "add phone", PYTHONPATH=str(tmp_path)))
    assert "ruff" not in created.stdout + created.stderr
    assert "phone" in migrated.newest().read_text()


@pytest.mark.databases("sqlite")
def test_a_missing_template_of_revisions_is_named(migrated: Service) -> None:
    (migrated.root / "migrations/script.py.mako").unlink()
    migrated.add_column(PHONE)
    for refused in (
        migrated.alembic("revision", "--autogenerate", "-m", "add phone number"),
        migrated.migrate("merge", "001", "002"),
        migrated.migrate("create", "add phone number"),
    ):
        assert refused.returncode != 0
        assert "script.py.mako is missing" in refused.stderr
        assert "Traceback" not in refused.stderr
    migrated.follow(refused.stderr, "git -C ")
    _succeeds(migrated.migrate("create", "add phone number"))


def test_a_revision_that_no_file_has_stays_in_the_database(migrated: Service) -> None:
    migrated.sql("UPDATE alembic_version SET version_num = 'feedbeef0000'")
    for command in (
        migrated.alembic("upgrade", "head"),
        migrated.alembic("stamp", "head"),
        migrated.alembic("downgrade", "base"),
        migrated.migrate("upgrade"),
        migrated.migrate("downgrade"),
        migrated.migrate("check"),
    ):
        assert command.returncode != 0
        assert "feedbeef0000" in command.stderr + command.stdout
        assert migrated.stands_at() == "feedbeef0000"


def test_sql_is_written_without_a_database(live: Service) -> None:
    live.environment["DATABASE_URL"] = NOWHERE[live.database]
    up = _succeeds(live.alembic("upgrade", "head", "--sql")).stdout
    assert "CREATE TABLE items" in up
    down = _succeeds(live.alembic("downgrade", "002:001", "--sql")).stdout
    assert "DROP TABLE items" in down


def test_the_applications_loggers_are_untouched_by_a_migration_inside_of_it(live: Service) -> None:
    told = _succeeds(live.run(live.python, "-c", INSIDE_THE_APPLICATION)).stdout.splitlines()
    assert told[-2] == "mine: still heard"
    assert json.loads(told[-1]) == [False, True, 0]


def _succeeds(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    assert done.returncode == 0, f"{done.args}\n{done.stdout}\n{done.stderr}"
    return done
