"""One local database and several branches: switched, rebuilt, discarded and put on top."""

import time
from subprocess import CompletedProcess

import pytest

from tests.service import Service
from tests.terminal import typing

PHONE = "op.add_column('items', sa.Column('phone', sa.String(20)))"
NO_PHONE = "op.drop_column('items', 'phone')"
COLOR = "op.add_column('items', sa.Column('color', sa.String(20)))"
NO_COLOR = "op.drop_column('items', 'color')"
ROW = "INSERT INTO items (name, price) VALUES ('kept', 1)"
ELSEWHERE = {
    "postgresql": "postgresql://u:secret@db.example.com/orders",
    "mysql": "mysql://u:secret@db.example.com/orders",
}


def local(live: Service, verb: str, *arguments: str) -> CompletedProcess[str]:
    """Run a verb for the local database, with the consent that a script gives."""
    return live.migrate(verb, *arguments, "--yes", live.url.name)


def succeeds(done: CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def branches(migrated: Service) -> Service:
    """A branch `phone`, applied and checked in, and `color` beside it, checked out."""
    migrated.git("checkout", "-qb", "phone")
    migrated.revision("003", "002", PHONE, NO_PHONE)
    succeeds(migrated.migrate("upgrade"))
    migrated.sql(ROW)
    migrated.commit("phone")
    migrated.git("checkout", "-q", "main")
    migrated.git("checkout", "-qb", "color")
    migrated.revision("004", "002", COLOR, NO_COLOR)
    migrated.commit("color")
    return migrated


def test_a_switch_undoes_the_other_branch_and_applies_this_one_and_rows_stay(
    branches: Service,
) -> None:
    told = succeeds(local(branches, "switch"))
    assert "Undone: 003" in told
    assert "Applied: 004" in told
    assert branches.columns("items") >= {"color"}
    assert "phone" not in branches.columns("items")
    assert branches.sql("SELECT name FROM items WHERE name = 'kept'") == [("kept",)]
    branches.git("checkout", "-q", "phone")
    told = succeeds(local(branches, "switch"))
    assert ("Undone: 004" in told, "Applied: 003" in told) == (True, True)
    assert branches.stands_at() == "003"
    assert not list((branches.root / "migrations/versions").glob("004*"))


def test_a_switch_has_nothing_to_do_on_its_own_branch(branches: Service) -> None:
    branches.git("checkout", "-q", "phone")
    told = succeeds(local(branches, "switch"))
    assert "Undone" not in told
    assert "Applied" not in told


def test_several_revisions_of_another_branch_are_undone_in_their_order(branches: Service) -> None:
    branches.git("checkout", "-q", "phone")
    branches.revision("005", "003", COLOR, NO_COLOR)
    succeeds(branches.migrate("upgrade"))
    branches.commit("more")
    branches.git("checkout", "-q", "main")
    assert "Undone: 005, 003" in succeeds(local(branches, "switch"))
    assert branches.stands_at() == "002"


@pytest.mark.databases("sqlite", "postgresql")
def test_a_revision_that_git_does_not_know_leads_to_a_rebuild(branches: Service) -> None:
    branches.git("branch", "-qD", "phone")
    branches.git("reflog", "expire", "--expire=now", "--all")
    branches.git("gc", "-q", "--prune=now")
    refused = local(branches, "switch")
    assert refused.returncode == 1
    assert "rebuild" in refused.stderr
    rebuilt = succeeds(local(branches, "rebuild"))
    assert "004" in rebuilt
    assert branches.sql("SELECT name FROM items") == []


def test_a_rebuild_seeds_and_keeps_the_old_one_if_it_fails(branches: Service) -> None:
    branches.write(
        "migrations/seed.py",
        "import sqlalchemy as sa\n\n\ndef seed(connection):\n"
        f"    connection.execute(sa.text({ROW.replace('kept', 'seeded')!r}))\n",
    )
    assert "(head)" in succeeds(local(branches, "rebuild"))
    assert branches.sql("SELECT name FROM items") == [("seeded",)]
    branches.write("migrations/seed.py", "def seed(connection):\n    raise ValueError('no rows')\n")
    failed = local(branches, "rebuild")
    assert failed.returncode == 2
    assert "migrations/seed.py:2" in failed.stderr
    assert branches.sql("SELECT name FROM items") == [("seeded",)]
    branches.write("migrations/seed.py", "x = 1\n")
    assert local(branches, "rebuild").returncode == 2
    (branches.root / "migrations/seed.py").unlink()
    branches.revision("005", "004", "raise RuntimeError('broken')")
    assert local(branches, "rebuild").returncode == 1
    assert branches.sql("SELECT name FROM items") == [("seeded",)]


@pytest.mark.parametrize("verb", ["rebuild", "switch"])
def test_no_other_database_than_the_local_one_is_touched(live: Service, verb: str) -> None:
    succeeds(live.migrate("upgrade"))
    live.sql(ROW)
    assert live.migrate(verb, ENVIRONMENT="production").returncode == 1
    if live.database != "sqlite":
        unnamed = live.migrate(verb)
        assert unnamed.returncode == 2
        assert "--yes" not in unnamed.stderr
        assert live.url.name in unnamed.stderr
        named = live.url.name
        elsewhere = live.migrate(verb, "--yes", named, DATABASE_URL=ELSEWHERE[live.database])
        assert elsewhere.returncode == 2
        assert "secret" not in elsewhere.stderr
    assert live.sql("SELECT name FROM items") == [("kept",)]


def test_a_discarded_revision_leaves_nothing(migrated: Service) -> None:
    before = (migrated.root / "migrations/versions/revisions.sha256").exists()
    file = migrated.revision("003", "002", PHONE, NO_PHONE)
    succeeds(migrated.migrate("record"))
    succeeds(migrated.migrate("upgrade"))
    told = succeeds(local(migrated, "discard"))
    assert "003" in told
    assert "is at 002" in told
    assert not file.exists()
    assert "phone" not in migrated.columns("items")
    assert migrated.stands_at() == "002"
    hashes = (migrated.root / "migrations/versions/revisions.sha256").read_text()
    assert "003" not in hashes
    assert before or hashes
    succeeds(migrated.migrate("check"))


@pytest.mark.databases("sqlite")
def test_a_revision_that_others_may_have_is_not_discarded(branches: Service) -> None:
    assert branches.migrate("discard").returncode == 2
    assert branches.migrate("discard", "002").returncode == 2
    assert branches.migrate("discard", "nonsense").returncode == 2
    assert list((branches.root / "migrations/versions").glob("004*"))


def test_a_rebase_puts_this_branch_on_top_without_a_merge(branches: Service) -> None:
    branches.git("checkout", "-q", "main")
    branches.git("merge", "-q", "phone")
    branches.git("checkout", "-q", "color")
    branches.git("merge", "-q", "-m", "main", "main")
    succeeds(local(branches, "switch")) if branches.database == "sqlite" else None
    told = succeeds(local(branches, "rebase"))
    assert "003 -> 004" in told
    text = next((branches.root / "migrations/versions").glob("004*")).read_text()
    assert 'down_revision = "003"' in text
    assert "def upgrade" in text
    succeeds(branches.migrate("upgrade"))
    assert branches.stands_at() == "004"
    assert branches.columns("items") >= {"phone", "color"}
    assert "nothing to move" in succeeds(local(branches, "rebase"))


@pytest.mark.databases("sqlite", "postgresql")
def test_a_rebase_of_applied_revisions_undoes_and_applies_them(branches: Service) -> None:
    branches.git("checkout", "-q", "main")
    succeeds(local(branches, "switch"))
    branches.git("merge", "-q", "phone")
    branches.git("checkout", "-q", "color")
    succeeds(branches.migrate("upgrade"))
    branches.git("merge", "-q", "-m", "main", "main")
    if branches.database == "postgresql":
        refused = branches.migrate("rebase")
        assert refused.returncode == 2
        assert "004 was applied to" in refused.stderr
        assert (
            "down_revision = '002'"
            in next((branches.root / "migrations/versions").glob("004*")).read_text()
        )
    assert "applied again" in succeeds(local(branches, "rebase"))
    assert branches.stands_at() == "004"
    assert branches.columns("items") >= {"phone", "color"}


@pytest.fixture
def rebased(branches: Service) -> Service:
    """`color` on top of `phone`, applied and checked in; the branch `before` has it below 003."""
    branches.git("branch", "-q", "before")
    branches.git("checkout", "-q", "main")
    branches.git("merge", "-q", "phone")
    branches.git("checkout", "-q", "color")
    branches.git("merge", "-q", "-m", "main", "main")
    told = succeeds(local(branches, "rebase"))
    assert "git add migrations\n" in told
    assert "upgrade" in told
    succeeds(branches.migrate("upgrade"))
    # git orders commits by their seconds, and a person's are further apart.
    time.sleep(1.1)
    branches.commit("rebased")
    return branches


@pytest.mark.databases("sqlite")
def test_a_switch_undoes_a_revision_that_follows_another_one_here(rebased: Service) -> None:
    rebased.git("checkout", "-q", "before")
    told = succeeds(local(rebased, "switch"))
    assert "Undone: 004, 003" in told
    assert "Applied: 004" in told
    assert rebased.columns("items") >= {"color"}
    assert "phone" not in rebased.columns("items")
    rebased.git("checkout", "-q", "color")
    told = succeeds(local(rebased, "switch"))
    assert ("Undone: 004" in told, "Applied: 003, 004" in told) == (True, True)
    assert rebased.columns("items") >= {"phone", "color"}


@pytest.mark.databases("sqlite")
def test_a_switch_undoes_a_revision_that_had_other_code(branches: Service) -> None:
    branches.git("checkout", "-q", "phone")
    branches.revision("003", "002", PHONE.replace("phone", "mobile"), "pass")
    branches.commit("renamed")
    assert "Undone: 003" in succeeds(local(branches, "switch"))
    assert branches.columns("items") >= {"mobile"}
    assert "phone" not in branches.columns("items")
    branches.revision("003", "002", PHONE, "pass")
    branches.sql("UPDATE migration_log SET sha256 = 'unknown'")
    refused = local(branches, "switch")
    assert refused.returncode == 1
    assert "rebuild" in refused.stderr


@pytest.mark.databases("sqlite")
def test_every_missing_file_is_restored_by_the_printed_commands(rebased: Service) -> None:
    rebased.git("checkout", "-q", "main")
    rebased.git("checkout", "-q", "-B", "empty", "main~1")
    for refused in (rebased.migrate("upgrade").stdout, rebased.migrate("downgrade").stderr):
        commands = [line for line in refused.splitlines() if "git -C " in line]
        assert len(commands) == 2
    for command in commands:
        rebased.follow(command, "git -C ")
    succeeds(rebased.migrate("upgrade"))
    assert "003" in succeeds(rebased.migrate("history"))
    succeeds(rebased.migrate("downgrade", "002"))


@pytest.mark.databases("sqlite")
def test_the_message_names_the_refused_database_of_env_py(branches: Service) -> None:
    refused = branches.migrate("switch", DATABASE_URL="sqlite:///other.db")
    assert refused.returncode == 2
    assert "env.py connects to" in refused.stderr


@pytest.mark.databases("sqlite")
def test_a_switch_undoes_nothing_that_a_squash_replaced(branches: Service) -> None:
    branches.git("checkout", "-q", "phone")
    for file in (branches.root / "migrations/versions").glob("00*.py"):
        file.unlink()
    squash = branches.revision("003", None, "raise RuntimeError('applied again')")
    squash.write_text(f'{squash.read_text()}\nreplaces = ("001", "002", "003")\n')
    assert "Undone" not in succeeds(local(branches, "switch"))
    assert branches.sql("SELECT name FROM items WHERE name = 'kept'") == [("kept",)]


@pytest.mark.databases("sqlite")
def test_a_switch_says_what_it_would_lose_and_loses_nothing_unasked(branches: Service) -> None:
    """The code of an early revision differs on the branch: its table is dropped with its rows."""
    items = next((branches.root / "migrations/versions").glob("002*.py"))
    items.write_text(items.read_text().replace('server_default="1"', 'server_default="2"'))
    branches.commit("another default")
    refused = local(branches, "switch")
    assert refused.returncode == 1
    assert "table items, 1 row" in refused.stderr
    assert "--lose" not in refused.stderr
    assert branches.sql("SELECT name FROM items") == [("kept",)]
    command = (branches.python, "scripts/migrate.py", "switch", "--yes", branches.url.name)
    declined = typing("n", branches, *command)
    assert declined.returncode == 1
    assert "table items, 1 row" in declined.stdout
    assert branches.sql("SELECT name FROM items") == [("kept",)]
    accepted = typing("y", branches, *command)
    assert accepted.returncode == 0, accepted.stdout
    assert branches.sql("SELECT name FROM items") == []
    assert branches.stands_at() == "004"


@pytest.mark.databases("sqlite")
def test_a_script_consents_to_a_loss_by_its_name(branches: Service) -> None:
    branches.sql("UPDATE items SET phone = '5'")
    branches.git("checkout", "-q", "phone")
    assert branches.migrate("downgrade", "--lose", "orders").returncode == 1
    assert branches.migrate("downgrade", "001", "--lose", "items.phone").returncode == 1
    assert branches.stands_at() == "003"
    succeeds(branches.migrate("downgrade", "--lose", "orders,items.phone"))
    assert branches.alembic("downgrade", "001").returncode != 0
    assert branches.stands_at() == "002"
    succeeds(branches.alembic("-x", "lose=items", "downgrade", "001"))
    assert branches.stands_at() == "001"


@pytest.mark.databases("sqlite")
def test_a_switch_offers_a_rebuild_where_a_revision_cannot_be_undone(branches: Service) -> None:
    branches.git("checkout", "-q", "phone")
    branches.revision("005", "003", COLOR, "raise RuntimeError('no way back')")
    succeeds(branches.migrate("upgrade"))
    branches.commit("irreversible")
    branches.git("checkout", "-q", "main")
    refused = local(branches, "switch")
    assert refused.returncode == 1
    assert "no way back" in refused.stderr
    assert "rebuild" in refused.stderr


@pytest.mark.databases("sqlite")
def test_a_rebuild_asks_before_rows_are_lost(branches: Service) -> None:
    refused = branches.migrate("rebuild")
    assert refused.returncode == 1
    assert "table items, 1 row" in refused.stderr
    assert "--yes" not in refused.stderr
    assert branches.sql("SELECT name FROM items") == [("kept",)]
    rebuilt = typing("y", branches, branches.python, "scripts/migrate.py", "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stdout
    succeeds(branches.migrate("rebuild"))  # it holds no rows any more


@pytest.mark.databases("sqlite")
def test_an_upgrade_says_when_a_switch_is_due(branches: Service) -> None:
    """`make dev` begins with it."""
    branches.git("checkout", "-q", "main")
    assert "migrate.sh switch" in succeeds(branches.migrate("upgrade"))
    assert "switch" not in succeeds(branches.migrate("upgrade", ENVIRONMENT="production"))


@pytest.mark.databases("sqlite")
def test_a_step_down_from_a_branch_that_is_not_applied_is_refused(migrated: Service) -> None:
    for revision, follows in (("a1", None), ("b1", None), ("c1", "a1")):
        migrated.revision(revision, follows)
    migrated.edit("migrations/versions/c1_by_hand.py", "depends_on = None", "depends_on = 'b1'")
    assert migrated.migrate("upgrade", "heads").returncode == 0
    assert migrated.migrate("downgrade", "b1@base").returncode == 0
    before = migrated.stands_at()
    for command in (migrated.migrate, migrated.alembic):
        refused = command("downgrade", "b1@-1")
        assert refused.returncode != 0
        assert "valid target" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert migrated.stands_at() == before
