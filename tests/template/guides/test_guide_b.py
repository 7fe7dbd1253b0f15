"""Guide B: Make's targets, `scripts/migrate.py`, the rules and the hook."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

from tests.changes import ADD_PHONE, AN_ITEM, DROP_PHONE, PHONE, two_branches
from tests.service import Service
from tests.serving import served

pytestmark = pytest.mark.slow

CHECK = "scripts/check_migrations.py"

INVOICES = """\
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Invoice(Base):
    __tablename__ = "invoices"

    id: Mapped[int] = mapped_column(primary_key=True)
"""
ON_A_BASE_OF_ITS_OWN = INVOICES.replace(
    "from sqlalchemy.orm import Mapped", "from sqlalchemy.orm import DeclarativeBase, Mapped"
).replace(
    "from app.database import Base\n",
    "\nclass Base(DeclarativeBase):\n    pass\n",
)


def revisions(service: Service) -> set[Path]:
    """The revisions' files."""
    return set(service.root.glob("migrations/versions/*.py"))


def commit(service: Service) -> subprocess.CompletedProcess[str]:
    """Commit everything, as somebody does who has hooks."""
    service.git("add", "-A")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com")
    return service.run("git", *identity, "commit", "-qm", "phone numbers")


@pytest.mark.row("B1")
@pytest.mark.databases("sqlite")
def test_make_creates_a_revision_whose_message_arrives_as_it_was_typed(migrated: Service) -> None:
    """B1: on SQLite alone, for make does not know the database."""
    migrated.add_column(PHONE)
    message = 'it\'s a "test" of $HOME, `date` & more'
    created = migrated.run("make", "migrate-create", f"MESSAGE={message}")
    assert created.returncode == 0, created.stderr
    docstring = ast.get_docstring(ast.parse(migrated.newest().read_text()))
    assert docstring
    assert docstring.startswith(f"{message}\n")
    assert "adds column items.phone" in created.stdout


@pytest.mark.row("B1")
@pytest.mark.databases("sqlite")
def test_make_without_a_message_says_how_to_give_one(migrated: Service) -> None:
    """B1: on SQLite alone; what it says to run is run."""
    migrated.add_column(PHONE)
    before = revisions(migrated)
    missing = migrated.run("make", "migrate-create")
    assert missing.returncode == 2
    assert revisions(migrated) == before
    migrated.follow(missing.stderr, "make migrate-create MESSAGE=")
    assert migrated.newest().name.endswith("_add_users_phone.py")


@pytest.mark.row("B2")
@pytest.mark.databases("sqlite")
def test_makes_targets_do_what_the_command_behind_them_does(live: Service) -> None:
    """B2: on SQLite alone; of a failure make tells the command's status and ends with 2."""
    assert live.run("make", "migrate-upgrade").returncode == 0
    assert live.stands_at() == "002"
    current = live.run("make", "migrate-current")
    assert (current.returncode, current.stdout) == (0, live.migrate("current").stdout)
    history = live.run("make", "migrate-history")
    assert (history.returncode, history.stdout) == (0, live.migrate("history").stdout)
    assert live.run("make", "migrate-downgrade", "REVISION=-1").returncode == 0
    assert live.stands_at() == "001"
    live.sql("UPDATE alembic_version SET version_num = 'deadbeef'")
    failed = live.run("make", "migrate-upgrade")
    assert failed.returncode == 2
    assert re.search(r"\[Makefile:\d+: migrate-upgrade\] Error 1$", failed.stderr.strip())


@pytest.mark.row("B3")
def test_one_command_line_creates_applies_shows_and_undoes(live: Service) -> None:
    """B3: the verbs of the guide, one after the other."""
    assert live.migrate("upgrade").returncode == 0
    live.add_column(PHONE)
    created = live.migrate("create", "add phone number")
    assert created.returncode == 0, created.stderr
    assert live.migrate("upgrade").returncode == 0
    at = f"{live.stands_at()}  add phone number"
    assert f"{at} (head)" in live.migrate("current").stdout
    assert live.migrate("history").stdout.startswith(f"{at}  (after 002, head, applied)\n")
    assert live.migrate("downgrade", "-1").returncode == 0
    assert live.stands_at() == "002"
    assert "phone" not in live.columns("items")


@pytest.mark.row("B3")
@pytest.mark.databases("sqlite")
def test_every_wrapper_gives_the_command_lines_output_and_status(migrated: Service) -> None:
    """B3: on SQLite alone; without an activated environment, and from another folder."""
    elsewhere = migrated.root / "app"
    migrated.sql("UPDATE alembic_version SET version_num = 'deadbeef'")
    behind = migrated.migrate("current")
    assert behind.returncode == 1
    for wrapper in (
        ("../migrate.sh",),
        ("../scripts/migrate.sh",),
        ("/usr/bin/env", "python3", "../scripts/migrate.py"),
    ):
        done = migrated.run(*wrapper, "current", cwd=elsewhere)
        told = (done.returncode, done.stdout, done.stderr)
        assert told == (behind.returncode, behind.stdout, behind.stderr)


@pytest.mark.row("B3b")
@pytest.mark.databases("sqlite")
def test_bare_make_migrate_downgrade_is_one_step(migrated: Service) -> None:
    """B3b: on SQLite alone, for make does not know the database."""
    assert migrated.run("make", "migrate-downgrade").returncode == 0
    assert migrated.stands_at() == "001"
    assert migrated.columns("items") == set()


@pytest.mark.row("B3b")
def test_plain_alembic_merges_the_heads_that_are_named(migrated: Service) -> None:
    """B3b: `merge -m "…" <rev1> <rev2>`."""
    two_branches(migrated)
    merged = migrated.alembic("merge", "-m", "join the two", "003", "004")
    assert merged.returncode == 0, merged.stderr
    assert migrated.alembic("upgrade", "head").returncode == 0
    assert f"{migrated.stands_at()}_join_the_two.py" == migrated.newest().name
    assert {"phone", "size"} <= migrated.columns("items")


@pytest.mark.row("B4")
def test_plain_alembic_does_all_that_the_guide_names(migrated: Service) -> None:
    """B4: and the revision it writes has been looked through as ours are."""
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    assert migrated.alembic("upgrade", "head").returncode == 0
    written = migrated.alembic("revision", "--autogenerate", "-m", "forget phone numbers")
    assert written.returncode == 0, written.stderr
    assert "# FINDING: column items.phone " in migrated.newest().read_text()
    assert migrated.alembic("upgrade", "head").returncode == 0
    assert "phone" not in migrated.columns("items")
    head = migrated.stands_at()
    assert f"{head} (head)" in migrated.alembic("current").stdout
    history = migrated.alembic("history").stdout
    assert history.splitlines()[0] == f"003 -> {head} (head), forget phone numbers"
    assert f"Rev: {head} (head)" in migrated.alembic("history", "--verbose").stdout
    assert migrated.alembic("downgrade", "-1").returncode == 0
    assert migrated.stands_at() == "003"
    assert "phone" in migrated.columns("items")


@pytest.mark.row("B4")
def test_plain_alembic_writes_and_refuses_what_our_commands_do(live: Service) -> None:
    """B4: a database that is behind changes nothing; a message has to say something."""
    live.add_column(PHONE)
    before = revisions(live)
    empty = live.alembic("revision", "--autogenerate", "-m", "fix")
    assert empty.returncode != 0
    assert "'fix'" in empty.stderr
    assert "./migrate.sh create " in empty.stderr
    assert revisions(live) == before
    behind = live.alembic("revision", "--autogenerate", "-m", "add phone number")
    assert behind.returncode == 0, behind.stderr
    assert "phone" in live.newest().read_text()
    assert "create_table" not in live.newest().read_text()


@pytest.mark.row("B5")
def test_a_commit_with_a_changed_model_and_no_revision_is_stopped(migrated: Service) -> None:
    """B5: by the hook that is copied into .git; its command mends it."""
    migrated.shell("cp .migration-check.sh .git/hooks/pre-commit")
    migrated.add_column(PHONE)
    stopped = commit(migrated)
    assert stopped.returncode == 1
    assert "adds column items.phone" in stopped.stdout + stopped.stderr
    assert migrated.git("log", "--format=%s") == "work\n"
    migrated.follow(stopped.stdout + stopped.stderr, "./migrate.sh create")
    passed = commit(migrated)
    assert passed.returncode == 0, passed.stdout + passed.stderr
    assert migrated.git("log", "--format=%s") == "phone numbers\nwork\n"


@pytest.mark.row("B6")
def test_a_changed_model_without_a_migration_fails_in_ci_and_in_the_tests(
    migrated: Service,
) -> None:
    """B6: the hook is B5's; with the revision all are content."""
    test = "tests/test_migrations.py::test_models_match_migrations"
    pytest_of_the_service = (migrated.python, "-m", "pytest", "-q", test)
    migrated.add_column(PHONE)
    in_ci = migrated.run(migrated.python, CHECK, "--check-only")
    assert in_ci.returncode == 1
    failed = migrated.run(*pytest_of_the_service)
    assert failed.returncode == 1, failed.stdout
    assert "phone" in failed.stdout
    migrated.follow(in_ci.stdout, "./migrate.sh create")
    assert migrated.run(migrated.python, CHECK, "--check-only").returncode == 0
    passed = migrated.run(*pytest_of_the_service)
    assert passed.returncode == 0, passed.stdout


@pytest.mark.row("B7")
def test_manual_changes_are_shown_with_the_sql_that_undoes_them(migrated: Service) -> None:
    """B7: the live schema against the revision it claims; looking changes nothing."""
    migrated.sql(AN_ITEM)
    migrated.sql("ALTER TABLE items ADD COLUMN vip INTEGER")
    migrated.sql("CREATE INDEX by_hand ON items (price)")
    drifted = migrated.migrate("drift")
    assert drifted.returncode == 1
    assert "002  items (head)" in drifted.stdout
    assert "column items.vip " in drifted.stdout
    assert "index items.by_hand " in drifted.stdout
    assert "vip" in migrated.columns("items")
    undo = [line for line in drifted.stdout.splitlines() if re.match(" *(ALTER|DROP) ", line)]
    for statement in undo:
        migrated.sql(statement)
    agreed = migrated.migrate("drift")
    assert agreed.returncode == 0, agreed.stderr
    assert "vip" not in migrated.columns("items")
    assert migrated.sql("SELECT name FROM items") == [("chair",)]


@pytest.mark.row("B8")
def test_a_hazard_is_a_review_comment_until_it_is_resolved(
    migrated: Service,
) -> None:
    """B8: `check` fails until then; what the finding proposes works on rows that are there."""
    migrated.sql(AN_ITEM)
    migrated.add_column("phone: Mapped[str] = mapped_column(String(20))")
    created = migrated.migrate("create", "add phone number")
    finding = "column items.phone is NOT NULL"
    assert finding in created.stdout
    file = migrated.newest()
    assert f"# FINDING: {finding}" in file.read_text()
    unsettled = migrated.run(migrated.python, CHECK)
    assert unsettled.returncode == 1
    assert re.search(rf"^migrations/versions/{file.name}:\d+: {finding}", unsettled.stdout)
    assert "server_default=..." in unsettled.stdout
    text = re.sub(r"(?m)^ *# FINDING:.*\n(^ *#   .*\n)*", "", file.read_text())
    file.write_text(text.replace("nullable=False", 'nullable=False, server_default="none"'))
    migrated.edit("app/items/models.py", "String(20))", 'String(20), server_default="none")')
    upgraded = migrated.migrate("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert migrated.sql("SELECT name, phone FROM items") == [("chair", "none")]
    assert migrated.migrate("record").returncode == 0
    assert migrated.run(migrated.python, CHECK).returncode == 0


@pytest.mark.row("B9")
@pytest.mark.databases("sqlite")
def test_a_model_where_it_would_be_missed_is_named_with_its_place(migrated: Service) -> None:
    """B9: on SQLite alone, for models are found without a database. Moved as told, it is found."""
    file = migrated.write("app/billing/tables.py", INVOICES)
    before = revisions(migrated)
    refused = migrated.migrate("create", "add invoices")
    assert refused.returncode == 1
    assert "app/billing/tables.py:6: Invoice " in refused.stderr
    assert "models.py" in refused.stderr
    assert revisions(migrated) == before
    file.rename(file.with_name("models.py"))
    created = migrated.migrate("create", "add invoices")
    assert created.returncode == 0, created.stderr
    assert "adds table invoices" in created.stdout


@pytest.mark.row("B9")
@pytest.mark.databases("sqlite")
def test_a_model_on_a_base_of_its_own_is_named_with_its_place(migrated: Service) -> None:
    """B9: on SQLite alone. With the base that it is told to inherit from, it is found."""
    file = migrated.write("app/billing/models.py", ON_A_BASE_OF_ITS_OWN)
    refused = migrated.alembic("revision", "--autogenerate", "-m", "add invoices")
    assert refused.returncode != 0
    # Alembic prints its refusals to stdout.
    assert "app/billing/models.py:4: Base " in refused.stdout
    assert "Traceback" not in refused.stderr
    told = re.search(r" (app\.database)\.(Base)\.", refused.stdout)
    assert told
    file.write_text(INVOICES)
    assert f"from {told[1]} import {told[2]}\n" in INVOICES
    created = migrated.migrate("create", "add invoices")
    assert "adds table invoices" in created.stdout, created.stderr


@pytest.mark.row("B10")
def test_a_deployment_is_backed_up_applied_verified_and_rolled_back(migrated: Service) -> None:
    """B10: one command each; the health endpoint knows the revision."""
    migrated.sql(AN_ITEM)
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    backup = migrated.migrate("backup")
    assert backup.returncode == 0, backup.stderr
    written = re.search(r"^Backup: (.+) \(", backup.stdout, re.MULTILINE)
    assert written
    assert (migrated.root / written[1]).stat().st_size > 0
    assert migrated.migrate("upgrade").returncode == 0
    assert "003  by hand 003 (head)" in migrated.migrate("current").stdout
    with served(migrated) as site:
        assert site.ask("/health") == (200, {"status": "ok", "revision": "003"})
        assert migrated.migrate("downgrade").returncode == 0
        status, answer = site.ask("/ready")
        assert (status, answer["status"], answer["database"]) == (503, "behind", "002")
    assert migrated.stands_at() == "002"
    assert migrated.sql("SELECT name FROM items") == [("chair",)]


@pytest.mark.row("B11")
@pytest.mark.databases("sqlite")
def test_a_revisions_file_is_named_by_its_id_and_its_message(migrated: Service) -> None:
    """B11: on SQLite alone; what is in it is what Alembic's documentation shows."""
    migrated.add_column(PHONE)
    assert migrated.migrate("create", "Add user phone number").returncode == 0
    file = migrated.newest()
    named = re.fullmatch(r"([0-9a-f]{12})_add_user_phone_number\.py", file.name)
    assert named
    tree = ast.parse(file.read_text())
    values = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }
    assert (values["revision"], values["down_revision"]) == (named[1], "002")
    functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
    assert functions == ["upgrade", "downgrade"]
