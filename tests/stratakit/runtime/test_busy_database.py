"""Migrations on a database that others use: locks, timeouts, retries and what is verified."""

import re
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from stratakit import locking, scratch
from stratakit.config import load
from stratakit.engine.connect import connect
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import parse
from stratakit.locking.identity import process_identity
from tests.service import Service

ADD = 'op.add_column("items", sa.Column("phone", sa.String(20)))'
DROP = 'with op.batch_alter_table("items") as batch_op: batch_op.drop_column("phone")'
INDEX = """with op.get_context().autocommit_block():
        op.create_index("ix_items_price", "items", ["price"], postgresql_concurrently=True,
                        if_not_exists=True)"""
READ = "SELECT count(*) FROM items"
QUICK = {"MIGRATION_LOCK_TIMEOUT_SECONDS": "0.2"}


def read_only(service: Service, seconds: float) -> threading.Thread:
    """Hold the table in a transaction that only reads, for so long."""
    holds = threading.Event()

    def read() -> None:
        with migration_engine(service.url).connect() as connection:
            connection.execute(text(READ))
            holds.set()
            time.sleep(seconds)

    thread = threading.Thread(target=read)
    thread.start()
    holds.wait()
    return thread


def test_a_waiting_process_names_the_holder_and_gives_up_with_status_3(migrated: Service) -> None:
    migrated.revision("003", "002", ADD, DROP)
    with (
        connect(migrated.url) as connection,
        locking.migration_lock(connection, migrated.url.backend) as lock,
    ):
        if migrated.database == "postgresql":
            lock.publish_status("at 003")
            connection.commit()
        given_up = migrated.migrate("upgrade", MIGRATION_WAIT_SECONDS="0.3")
    assert given_up.returncode == 3, given_up.stderr
    assert " 0.3 s" in given_up.stderr
    told = {
        "postgresql": f"{process_identity()} at 003 (server process",
        "mysql": "from localhost",
        "sqlite": f"{process_identity()}, since 20",
    }
    assert told[migrated.database] in given_up.stderr
    assert migrated.migrate("upgrade").returncode == 0
    assert migrated.stands_at() == "003"


@pytest.mark.databases("postgresql", "mysql")
def test_a_table_in_use_is_tried_again_until_it_is_free(migrated: Service) -> None:
    migrated.revision("003", "002", ADD, DROP)
    reader = read_only(migrated, 4)
    upgraded = migrated.migrate("upgrade", **QUICK)
    reader.join()
    assert upgraded.returncode == 0, upgraded.stderr
    assert "Revision 003 waits for " in upgraded.stderr
    if migrated.database == "postgresql":
        assert "AccessShareLock on items" in upgraded.stderr
        assert READ in upgraded.stderr
    assert migrated.stands_at() == "003"


@pytest.mark.databases("postgresql", "mysql")
def test_the_lock_that_is_never_free_ends_the_run_and_leaves_nothing(migrated: Service) -> None:
    migrated.revision("003", "002", ADD, DROP)
    reader = read_only(migrated, 8)
    failed = migrated.migrate("upgrade", **QUICK, MIGRATION_RETRY_SECONDS="0.5")
    reader.join()
    assert failed.returncode == 1, failed.stderr
    assert " table items in 0.5 s (MIGRATION_RETRY_SECONDS)" in failed.stderr
    end = {"postgresql": r"SELECT pg_terminate_backend\(\d+\)", "mysql": r"KILL \d+"}
    assert re.search(end[migrated.database], failed.stderr)
    assert migrated.stands_at() == "002"
    assert " at 002" in failed.stderr
    assert "phone" not in migrated.columns("items")
    migrated.follow(failed.stderr, "./migrate.sh upgrade")


@pytest.mark.databases("postgresql")
def test_a_second_try_does_not_count_steps_again(migrated: Service) -> None:
    migrated.revision("003", "002", 'op.create_table("t", sa.Column("id", sa.Integer()))')
    migrated.revision("004", "003", ADD, DROP)
    migrated.revision("005", "004", "pass")
    reader = read_only(migrated, 4)
    assert migrated.migrate("upgrade", "+2", **QUICK).returncode == 0
    reader.join()
    assert migrated.stands_at() == "004"


@pytest.mark.databases("sqlite")
def test_a_writer_of_the_application_is_waited_for(migrated: Service) -> None:
    migrated.revision("003", "002", ADD, DROP)
    with migrated.connection():
        upgrade = subprocess.Popen(
            [migrated.python, "scripts/migrate.py", "upgrade"],
            cwd=migrated.root,
            env=migrated.environ(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        time.sleep(7)
    assert upgrade.wait(timeout=60) == 0, upgrade.communicate()[0]


@pytest.mark.databases("postgresql")
def test_an_index_is_built_concurrently_without_timeouts_behind_a_long_transaction(
    migrated: Service,
) -> None:
    migrated.revision("003", "002", INDEX)
    reader = read_only(migrated, 4)
    upgraded = migrated.migrate("upgrade", **QUICK, MIGRATION_STATEMENT_TIMEOUT_SECONDS="0.2")
    reader.join()
    assert upgraded.returncode == 0, upgraded.stderr
    assert migrated.sql(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_items_price'::regclass"
    ) == [(True,)]


@pytest.mark.databases("postgresql")
def test_an_invalid_index_that_a_killed_run_left_is_replaced(migrated: Service) -> None:
    migrated.revision("003", "002", INDEX)
    migrated.sql("CREATE INDEX ix_items_price ON items (price)")
    migrated.sql(
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'ix_items_price'::regclass"
    )
    upgraded = migrated.migrate("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert migrated.sql(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = 'ix_items_price'::regclass"
    ) == [(True,)]


@pytest.mark.databases("postgresql")
def test_a_statement_that_takes_too_long_ends_unless_the_revision_moves_rows(
    migrated: Service,
) -> None:
    slow = 'op.execute("SELECT pg_sleep(0.5)")'
    path = migrated.revision("003", "002", slow)
    bounded = {"MIGRATION_STATEMENT_TIMEOUT_SECONDS": "0.1"}
    failed = migrated.migrate("upgrade", **bounded)
    assert failed.returncode == 1
    assert "statement timeout" in failed.stderr
    path.write_text(path.read_text().replace("depends_on = None", 'phase = "backfill"'))
    assert migrated.migrate("upgrade", **bounded).returncode == 0


@pytest.mark.databases("postgresql", "sqlite")
def test_a_revision_that_commits_by_itself_and_is_not_stamped_fails(migrated: Service) -> None:
    migrated.revision("003", "002", f"{ADD}\n    op.get_bind().commit()", DROP)
    failed = migrated.migrate("upgrade")
    assert failed.returncode == 1, failed.stdout
    assert "Revision 003 " in failed.stderr
    assert " at 002" in failed.stderr
    assert "autocommit_block" in failed.stderr


@pytest.mark.databases("postgresql", "mysql")
def test_the_fence_stops_a_run_that_has_lost_its_lock(migrated: Service) -> None:
    lost = {
        "postgresql": "SELECT pg_advisory_unlock_all()",
        "mysql": "DO RELEASE_LOCK(concat('migrations of ', database()))",
    }[migrated.database]
    migrated.revision("003", "002", f'op.execute("{lost}")')
    migrated.revision("004", "003", ADD, DROP)
    failed = migrated.migrate("upgrade")
    assert failed.returncode == 3, failed.stderr
    assert "migration lock" in failed.stderr
    assert "MIGRATION_DATABASE_URL" in failed.stderr
    assert migrated.stands_at() == "003"


def test_old_code_comes_up_on_a_database_that_is_ahead(migrated: Service) -> None:
    file = migrated.revision("003", "002", ADD, DROP)
    assert migrated.migrate("upgrade").returncode == 0
    file.unlink()
    for done in (migrated.migrate("upgrade"), migrated.alembic("upgrade", "head")):
        assert done.returncode == 0, done.stderr
        assert re.search(r"ahead .*\b003\b.*\b002\b", done.stdout + done.stderr)
    assert migrated.migrate("upgrade", "+1").returncode == 1
    assert migrated.migrate("downgrade").returncode == 1
    assert migrated.stands_at() == "003"


@pytest.mark.databases("sqlite")
def test_threads_of_one_process_take_turns(migrated: Service) -> None:
    config = load(migrated.root)
    files = [parse(f"sqlite:///thread{number}.db", config) for number in range(6)]
    with ThreadPoolExecutor(len(files)) as threads:
        list(threads.map(lambda url: scratch.upgrade(url, config), files))
    for url in files:
        with connect(url, read_only=True) as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "002"
