"""Models, migrations and what is committed beside them cannot drift apart unnoticed."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import databases
from tests.changes import ADD_PHONE, DROP_PHONE, PHONE
from tests.service import Service

RECORD = "migrations/versions/revisions.sha256"
SNAPSHOT = "migrations/schema.snapshot"
VIEW = 'op.execute("CREATE VIEW cheap AS SELECT id FROM items")'
NO_VIEW = 'op.execute("DROP VIEW cheap")'

KILLED = """
import os, signal
from stratakit import config, scratch

with scratch.database(config.load()) as url:
    print(url.url.database, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def checked(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    return service.run(service.python, "scripts/check_migrations.py", *arguments)


@pytest.fixture
def live(service: Callable[..., Path]) -> Service:
    return Service(service(database="sqlite"), "sqlite")


def test_differences_that_only_the_catalog_shows_are_found_and_can_be_allowed(
    live: Service,
) -> None:
    live.revision("003", "002", VIEW, NO_VIEW)
    found = json.loads(checked(live, "--json").stdout)
    assert [each["rule"] for each in found] == ["models-differ"]
    assert "view cheap " in found[0]["what"]
    assert 'allowed = ["view cheap"]' in found[0]["remedy"]
    live.edit("strata.toml", "allowed = []", 'allowed = ["view cheap"]')
    assert checked(live).returncode == 0


def test_a_changed_check_is_found_with_the_place_of_its_model(live: Service) -> None:
    live.edit("app/items/models.py", "price >= 0", "price > 0")
    told = checked(live, "--format", "github")
    assert told.returncode == 1
    assert told.stdout.startswith("::error file=app/items/models.py,line=")
    assert "ck_items_price_not_negative" in told.stdout


def test_create_writes_the_record_and_the_snapshot_and_a_hand_edit_makes_them_untrue(
    live: Service,
) -> None:
    live.migrate("upgrade")
    live.add_column(PHONE)
    assert live.migrate("create", "add phone number").returncode == 0
    assert "column phone: type VARCHAR(20)" in (live.root / SNAPSHOT).read_text()
    assert checked(live).returncode == 0
    live.edit(f"migrations/versions/{live.newest().name}", "length=20", "length=30")
    live.edit("app/items/models.py", "String(20)", "String(30)")
    rules = {each["rule"] for each in json.loads(checked(live, "--json").stdout)}
    assert rules == {"revision-not-as-recorded", "snapshot-not-true"}
    recorded = live.migrate("record")
    assert "+  column phone: type VARCHAR(30)" in recorded.stdout
    assert checked(live).returncode == 0


@pytest.mark.parametrize("how", ["edited", "deleted", "put elsewhere"])
def test_a_revision_that_is_not_as_recorded_is_found_in_a_shallow_clone(
    live: Service, how: str
) -> None:
    live.add_column(PHONE)
    file = live.revision("003", "002", ADD_PHONE, DROP_PHONE)
    assert live.migrate("record").returncode == 0
    if how == "deleted":
        file.unlink()
    else:
        old, new = ("(20)", "(21)") if how == "edited" else ('= "002"', '= "001"')
        file.write_text(file.read_text().replace("'002'", '"002"'))
        live.edit(f"migrations/versions/{file.name}", old, new)
    found = checked(live)
    assert found.returncode == 1
    told = {
        "edited": "003_by_hand.py was edited after it was recorded.",
        "deleted": "The revision 003 is recorded and has no file.",
        "put elsewhere": "There are several heads",
    }
    assert told[how] in found.stdout


def test_two_branches_that_each_add_a_head_conflict_in_git(live: Service) -> None:
    live.migrate("record")
    live.commit()
    for branch, change in (("one", ADD_PHONE), ("two", "pass")):
        live.git("checkout", "-q", "-b", branch, "main")
        live.revision(f"00{len(branch)}{branch}", "002", change, "pass")
        live.migrate("record")
        live.commit(branch)
    merged = live.run("git", "merge", "-q", "one")
    assert merged.returncode != 0
    assert RECORD in merged.stdout


def test_a_file_that_a_killed_check_left_is_removed_by_the_next(live: Service) -> None:
    left = Path(live.run(live.python, "-c", KILLED).stdout.strip()).parent
    assert left.exists()
    assert checked(live).returncode == 0
    assert not left.exists()


@pytest.mark.parametrize("database", ["postgresql", "mysql"])
def test_a_database_that_a_killed_check_left_is_removed_by_the_next(
    database: str, service: Callable[..., Path]
) -> None:
    with databases.fresh(database) as environment:
        live = Service(service(database=database), database, environment)
        left = live.run(live.python, "-c", KILLED).stdout.strip()
        schemata = "SELECT schema_name FROM information_schema.schemata"
        names = "SELECT datname FROM pg_database" if database == "postgresql" else schemata
        assert (left,) in live.sql(names)
        assert checked(live).returncode == 0
        after = {str(name) for (name,) in live.sql(names)}
        assert left not in after
        kept = [name for name in after if name.startswith(f"{left.rpartition('_')[0]}_head_")]
        assert len([name for name in kept if not name.endswith("_done")]) == 1


def test_the_remembered_answer_imports_neither_alembic_nor_sqlalchemy(live: Service) -> None:
    assert checked(live).returncode == 0
    script = "scripts/check_migrations.py"
    again = live.run(live.python, "-X", "importtime", script)
    assert again.returncode == 0
    imported = {
        line.rpartition("|")[2].strip().partition(".")[0] for line in again.stderr.splitlines()
    }
    assert "stratakit" in imported
    assert not imported & {"alembic", "sqlalchemy", "mako", "pydantic", "fastapi", "app"}


def test_an_unchanged_head_is_not_replayed(live: Service) -> None:
    assert checked(live).returncode == 0
    (kept,) = (live.root / ".local" / "heads").iterdir()
    written = kept.stat().st_mtime_ns
    live.add_column(PHONE)
    assert checked(live).returncode == 1
    assert [kept.stat().st_mtime_ns] == [
        file.stat().st_mtime_ns for file in (live.root / ".local" / "heads").iterdir()
    ]
    assert written == kept.stat().st_mtime_ns


def test_a_revision_that_was_adopted_and_has_no_file_is_found(live: Service) -> None:
    live.edit("strata.toml", "allowed = []", 'allowed = []\nadopted = "nope"')
    (finding,) = json.loads(checked(live, "--json").stdout)
    assert finding["rule"] == "unknown-adopted"
    assert finding["file"] == "strata.toml"
