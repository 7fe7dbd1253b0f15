"""Guide E: everything inside a container, Poetry."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.changes import CREATE_ALL
from tests.service import Service

pytestmark = pytest.mark.slow

PHONE = "phone: Mapped[str | None] = mapped_column(String(20))"
ADD_PHONE = 'op.add_column("items", sa.Column("phone", sa.String(20)))'
DROP_PHONE = 'op.drop_column("items", "phone")'
ITEM = "INSERT INTO items (name, price) VALUES ('kept', 1)"
HALF_WAY = f'{ADD_PHONE}; op.execute("INSERT INTO nowhere VALUES (1)")'
# A user as a container has one, by number only, who may pass through root's folders to the test's.
NUMBER = 54321
WITHOUT_A_NAME = (
    "setpriv",
    "--securebits=+no_setuid_fixup",
    f"--reuid={NUMBER}",
    f"--regid={NUMBER}",
    "--clear-groups",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
)


@pytest.mark.row("E1")
@pytest.mark.databases("sqlite")
def test_a_poetry_service_makes_a_revision_that_its_caller_owns(
    service: Callable[..., Path], require: Callable[[str], str]
) -> None:
    """E1: with its environment outside of the folder, by a user without a name, as in a container.

    The container itself is tested in tests/template/test_containers.py.
    """
    require("setpriv")
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    root = service(database="sqlite", package_manager="poetry")
    prepared = Service(root, "sqlite")
    assert prepared.migrate("upgrade").returncode == 0
    prepared.add_column(PHONE)
    shutil.rmtree(root / ".venv")
    alembic = (Path(sys.prefix) / "bin" / "alembic", "revision", "--autogenerate")
    made = subprocess.run(
        [*WITHOUT_A_NAME, *alembic, "-m", "add phone number"],
        cwd=root,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 0, made.stderr
    file = prepared.newest()
    assert "add phone number" in file.read_text()
    assert (file.stat().st_uid, file.stat().st_gid) == (NUMBER, NUMBER)


@pytest.mark.row("E2")
def test_plain_alembic_goes_step_by_step(live: Service) -> None:
    """E2: `alembic upgrade +1`, `downgrade -1`, `downgrade base`, `current`, `history`."""
    for command, stands in (
        (("upgrade", "+1"), "001"),
        (("upgrade", "+1"), "002"),
        (("downgrade", "-1"), "001"),
        (("downgrade", "base"), None),
    ):
        _succeeds(live.alembic(*command))
        assert live.stands_at() == stands
    _succeeds(live.alembic("upgrade", "head"))
    assert "002 (head)" in _succeeds(live.alembic("current")).stdout
    history = _succeeds(live.alembic("history")).stdout
    assert history.index("001 -> 002 (head), items") < history.index("<base> -> 001, baseline")


@pytest.mark.row("E3")
@pytest.mark.databases("sqlite")
def test_file_names_carry_a_timestamp_where_the_team_chose_so(
    service: Callable[..., Path],
) -> None:
    """E3: the time and the revision id, by which two of a minute differ."""
    dated = Service(service(database="sqlite", revision_names="dated"), "sqlite")
    _succeeds(dated.migrate("upgrade"))
    dated.add_column(PHONE)
    before = datetime.now(UTC) - timedelta(minutes=1)
    _succeeds(dated.migrate("create", "add phone number"))
    found = re.fullmatch(
        r"(\d{4}-\d\d-\d\d-\d{4})_([0-9a-f]{12})_add_phone_number\.py", dated.newest().name
    )
    assert found
    assert datetime.strptime(f"{found[1]} +0000", "%Y-%m-%d-%H%M %z") >= before
    assert f'revision = "{found[2]}"' in dated.newest().read_text()


@pytest.mark.row("E4")
def test_tables_that_already_exist_are_taken_over_by_the_command_that_the_error_names(
    live: Service,
) -> None:
    """E4: "relation already exists" tells why, and what adopts the database; rows stay."""
    _succeeds(live.run(live.python, "-c", CREATE_ALL))
    live.sql(ITEM)
    refused = live.alembic("upgrade", "head")
    assert refused.returncode != 0
    assert "already exists" in refused.stderr
    assert "create_all" in refused.stderr
    live.follow(refused.stderr, "./migrate.sh adopt")
    assert live.stands_at() == "002"
    assert live.sql("SELECT name FROM items") == [("kept",)]
    assert "Nothing to apply" in _succeeds(live.migrate("upgrade")).stdout


@pytest.mark.row("E4")
def test_tables_that_differ_are_not_taken_over(live: Service) -> None:
    """E4: the database is compared first, and what differs is named."""
    _succeeds(live.run(live.python, "-c", CREATE_ALL))
    live.sql("ALTER TABLE items ADD COLUMN surplus INTEGER")
    refused = live.alembic("stamp", "head")
    assert refused.returncode != 0
    assert "items.surplus" in refused.stderr
    with live.connection() as connection:
        assert not connection.dialect.has_table(connection, "migration_log")


@pytest.mark.row("E5")
@pytest.mark.databases("sqlite")
def test_no_revision_is_made_in_production(migrated: Service) -> None:
    """E5: refused by every command, and no file is left."""
    migrated.add_column(PHONE)
    before = sorted((migrated.root / "migrations" / "versions").glob("*.py"))
    for environment in ("production", "PROD"):
        for refused in (
            migrated.alembic(
                "revision", "--autogenerate", "-m", "add phone", ENVIRONMENT=environment
            ),
            migrated.migrate("create", "add phone", ENVIRONMENT=environment),
        ):
            assert refused.returncode != 0
            assert "production" in refused.stderr
    assert sorted((migrated.root / "migrations" / "versions").glob("*.py")) == before


@pytest.mark.row("E6")
def test_an_upgrade_shows_its_plan_and_backs_up_first(migrated: Service) -> None:
    """E6: the plan alone, then with a backup from which the state before comes back."""
    migrated.sql(ITEM)
    migrated.revision("003", "002", 'op.execute("DELETE FROM items")')
    planned = _succeeds(migrated.migrate("upgrade", "--dry-run")).stdout
    assert "003  by hand 003" in planned
    assert migrated.stands_at() == "002"
    told = _succeeds(migrated.migrate("upgrade", "--backup")).stdout
    assert told.index("003  by hand 003") < told.index("Backed up to") < told.index("is at 003")
    assert migrated.sql("SELECT name FROM items") == []
    backup = re.search(r"Backed up to (\S+)", told)
    assert backup
    name = Path(str(migrated.engine().url.database)).name
    _succeeds(migrated.migrate("restore", backup[1], "--yes", name))
    assert migrated.stands_at() == "002"
    assert migrated.sql("SELECT name FROM items") == [("kept",)]


@pytest.mark.row("E7")
@pytest.mark.databases("postgresql", "sqlite")
def test_a_failed_revision_leaves_nothing_behind(migrated: Service) -> None:
    """E7: neither the column nor the version; the message says so."""
    migrated.revision("003", "002", HALF_WAY, DROP_PHONE)
    failed = migrated.alembic("upgrade", "head")
    assert failed.returncode != 0
    assert "applied:" not in failed.stderr
    assert " at 002" in failed.stderr
    assert migrated.stands_at() == "002"
    assert "phone" not in _columns(migrated)


@pytest.mark.row("E7")
@pytest.mark.databases("mysql")
def test_without_transactional_ddl_the_message_lists_applied_statements(
    migrated: Service,
) -> None:
    """E7: what was applied, what was not, and how to go on; going on so works."""
    migrated.revision("003", "002", HALF_WAY, DROP_PHONE)
    failed = migrated.alembic("upgrade", "head")
    assert failed.returncode != 0
    assert "applied: ALTER TABLE items ADD COLUMN phone" in failed.stderr
    assert "not applied: INSERT INTO nowhere VALUES (1)" in failed.stderr
    assert "./migrate.sh upgrade" in failed.stderr
    migrated.revision("003", "002", "pass", DROP_PHONE)
    _succeeds(migrated.migrate("upgrade"))
    assert migrated.stands_at() == "003"
    _succeeds(migrated.migrate("downgrade"))
    assert "phone" not in _columns(migrated)


@pytest.mark.row("E8")
def test_after_a_failed_upgrade_the_message_warns_of_downgrading(migrated: Service) -> None:
    """E8: the last good revision would be undone; mended, `upgrade` goes on."""
    migrated.revision("003", "002", 'op.execute("INSERT INTO nowhere VALUES (1)")')
    failed = migrated.migrate("upgrade")
    assert failed.returncode != 0
    assert "Do not run `downgrade -1`: 003 was not applied" in failed.stderr
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    last = failed.stderr.strip().splitlines()[-1]
    _succeeds(migrated.shell(last[last.index("./migrate.sh") :]))
    assert migrated.stands_at() == "003"
    assert {"name", "phone"} <= _columns(migrated)


def _succeeds(done: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
    assert done.returncode == 0, f"{done.args}\n{done.stdout}\n{done.stderr}"
    return done


def _columns(service: Service) -> set[str]:
    with service.connection() as connection:
        return {column["name"] for column in connection.dialect.get_columns(connection, "items")}
