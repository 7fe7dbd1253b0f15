"""Guide C: `./migrate.sh` in the project's root."""

import re
from pathlib import Path

import pytest

from tests.changes import ADD_PHONE, ADD_SIZE, AN_ITEM, DROP_PHONE, DROP_SIZE, PHONE, two_branches
from tests.service import Service

pytestmark = pytest.mark.slow

MIGRATE = "./migrate.sh"
CHECK = "scripts/check_migrations.py"

ROUND_TRIPS = "tests/test_migrations.py::test_upgrade_and_downgrade_with_rows"
COMPULSORY = """\
with op.batch_alter_table("items") as batch_op:
        batch_op.alter_column("phone", existing_type=sa.String(20), nullable=False)"""

MARKDOWN = """\
class Markdown(UserDefinedType[str]):
    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "TEXT"


class Item(Base):
"""


@pytest.fixture
def colleague(migrated: Service, tmp_path: Path) -> Service:
    """Another clone of the repository that the service is pushed to."""
    migrated.git("clone", "-q", "--bare", str(migrated.root), str(tmp_path / "origin"))
    migrated.git("remote", "add", "origin", str(tmp_path / "origin"))
    migrated.git("fetch", "-q", "origin")
    migrated.git("branch", "-q", "--set-upstream-to=origin/main")
    migrated.git("clone", "-q", str(tmp_path / "origin"), str(tmp_path / "colleague"))
    return Service(tmp_path / "colleague", migrated.database)


@pytest.mark.row("C1")
def test_the_script_in_the_root_does_all_that_the_guide_names(live: Service) -> None:
    """C1: on a database; `downgrade` alone is one step."""
    assert live.run(MIGRATE, "upgrade").returncode == 0
    live.add_column("email_verified: Mapped[bool | None]")
    created = live.run(MIGRATE, "create", "Add email verification field")
    assert created.returncode == 0, created.stderr
    assert live.newest().name.endswith("_add_email_verification_field.py")
    assert live.run(MIGRATE, "upgrade").returncode == 0
    assert "email_verified" in live.columns("items")
    current = live.run(MIGRATE, "current")
    assert re.search(rf"{live.stands_at()}  Add email .* \(head\)", current.stdout)
    assert live.run(MIGRATE, "downgrade").returncode == 0
    assert live.stands_at() == "002"
    assert live.run(MIGRATE, "downgrade", "001").returncode == 0
    assert (live.stands_at(), live.columns("items")) == ("001", set())
    assert live.run(MIGRATE, "upgrade").returncode == 0
    assert live.run(MIGRATE, "stamp", "head").returncode == 0
    assert "email_verified" in live.columns("items")


@pytest.mark.row("C1")
@pytest.mark.databases("sqlite")
def test_the_script_helps_and_works_from_any_folder_and_through_a_link(
    migrated: Service, tmp_path: Path
) -> None:
    """C1: on SQLite alone, for the script does not know the database."""
    link = tmp_path / "link"
    link.symlink_to(migrated.root / "migrate.sh")
    helped = migrated.run(link, "help", cwd=tmp_path)
    assert helped.returncode == 0
    for verb in ("current", "create", "upgrade", "history", "downgrade", "stamp"):
        assert re.search(rf"^  {verb} +\w", helped.stdout, re.MULTILINE), verb
    history = migrated.run(link, "history", cwd=tmp_path)
    assert history.stdout.startswith("002  items  (after 001, head, applied)\n")
    wrong = migrated.run(link, "upgrade", "nowhere", cwd=tmp_path)
    assert wrong.returncode == 2


@pytest.mark.row("C2")
def test_an_empty_revision_comes_with_a_pattern_for_data_that_works(migrated: Service) -> None:
    """C2: plain Alembic's and ours; the pattern is made code and run."""
    migrated.sql("INSERT INTO items (name, price) VALUES (' chair', 10), ('desk', 20)")
    written = migrated.alembic("revision", "-m", "Migrate user data")
    assert written.returncode == 0, written.stderr
    file = migrated.newest()
    assert file.name.endswith("_migrate_user_data.py")
    file.write_text(re.sub(r"(?m)^    # (?!Change rows)", "    ", file.read_text()))
    assert "\n    with op.get_context().autocommit_block():\n" in file.read_text()
    upgraded = migrated.migrate("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert migrated.sql("SELECT name FROM items ORDER BY id") == [("chair",), ("desk",)]
    ours = migrated.migrate("create", "--empty", "fill names")
    assert ours.returncode == 0, ours.stderr
    assert "autocommit_block():" in migrated.newest("*_fill_names.py").read_text()


@pytest.mark.row("C3")
def test_plain_alembic_merges_heads_named_before_the_message(migrated: Service) -> None:
    """C3: and a second merge, by our command, finds nothing to do."""
    two_branches(migrated)
    merged = migrated.alembic("merge", "heads", "-m", "Merge migrations")
    assert merged.returncode == 0, merged.stderr
    written = migrated.newest()
    assert migrated.migrate("merge").returncode == 0
    assert migrated.newest() == written
    assert migrated.migrate("upgrade").returncode == 0
    assert f"{migrated.stands_at()}_merge_migrations.py" == migrated.newest().name
    assert {"phone", "size"} <= migrated.columns("items")


@pytest.mark.row("C3")
def test_a_merge_is_linted_and_undone_by_one_of_the_revisions_it_joins(migrated: Service) -> None:
    """C3: our command; `create` asks for it, and the step back that it makes ambiguous is named."""
    two_branches(migrated)
    for flag in ([], ["--empty"]):
        refused = migrated.migrate("create", *flag, "add more")
        assert refused.returncode == 1
        assert "./migrate.sh merge" in refused.stderr
    migrated.follow(refused.stderr, "./migrate.sh merge")
    for verb in (["check"], ["format", "--check"]):
        linted = migrated.run(migrated.python, "-m", "ruff", *verb, migrated.newest())
        assert linted.returncode == 0, linted.stdout
    assert migrated.migrate("upgrade").returncode == 0
    ambiguous = migrated.migrate("downgrade")
    assert ambiguous.returncode == 2
    assert ambiguous.stderr.count("./migrate.sh downgrade") == 2
    migrated.follow(ambiguous.stderr, "./migrate.sh downgrade")
    assert "," in str(migrated.stands_at())


@pytest.mark.row("C4")
def test_a_revision_that_does_not_go_up_again_fails_the_services_tests(migrated: Service) -> None:
    """C4: a test in the service takes each up, down and up, and leaves the database alone."""
    revision = migrated.revision("003", "002", ADD_PHONE)
    failed = migrated.run(migrated.python, "-m", "pytest", "-q", ROUND_TRIPS)
    assert failed.returncode == 1, failed.stdout
    assert "003_by_hand.py" in failed.stdout
    revision.write_text(revision.read_text().rpartition("pass")[0] + f"{DROP_PHONE}\n")
    passed = migrated.run(migrated.python, "-m", "pytest", "-q", ROUND_TRIPS)
    assert passed.returncode == 0, passed.stdout
    assert migrated.stands_at() == "002"


@pytest.mark.row("C4")
def test_a_revision_that_rows_do_not_allow_fails_the_services_tests(migrated: Service) -> None:
    """C4: there are rows in the tables, with NULL where it is allowed."""
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    revision = migrated.revision("004", "003", COMPULSORY, COMPULSORY.replace("False", "True"))
    failed = migrated.run(migrated.python, "-m", "pytest", "-q", ROUND_TRIPS)
    assert failed.returncode == 1, failed.stdout
    assert "004_by_hand.py" in failed.stdout
    filling = "op.execute(\"UPDATE items SET phone = 'none' WHERE phone IS NULL\")\n    with"
    revision.write_text(revision.read_text().replace("with", filling, 1))
    passed = migrated.run(migrated.python, "-m", "pytest", "-q", ROUND_TRIPS)
    assert passed.returncode == 0, passed.stdout


@pytest.mark.row("C4b")
def test_a_type_of_the_applications_own_is_named_with_what_to_write(migrated: Service) -> None:
    """C4b: what the finding proposes makes the revision run."""
    models = "app/items/models.py"
    migrated.edit(models, "class Item(Base):\n", MARKDOWN)
    migrated.edit(
        models,
        "from sqlalchemy.orm",
        "from sqlalchemy.types import UserDefinedType\nfrom sqlalchemy.orm",
    )
    migrated.add_column("text: Mapped[str | None] = mapped_column(Markdown())")
    created = migrated.migrate("create", "add text")
    assert re.search(r"column items\.text .* Markdown\b", created.stdout)
    proposed = re.search(r" (sa\.\w+\(\))\.", created.stdout)
    assert proposed
    settle(migrated.newest(), r"[\w.]*Markdown\(\)", proposed[1])
    upgraded = migrated.migrate("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert "text" in migrated.columns("items")
    assert migrated.run(migrated.python, CHECK).returncode == 0


@pytest.mark.row("C4b")
def test_data_that_a_new_rule_forbids_is_named_with_what_to_write(migrated: Service) -> None:
    """C4b: Alembic sees schemas only; the finding's statement makes the revision run."""
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    migrated.migrate("upgrade")
    migrated.sql(AN_ITEM)
    migrated.add_column(PHONE.replace("str | None", "str"))
    created = migrated.migrate("create", "phone is compulsory")
    assert "column items.phone becomes NOT NULL" in created.stdout
    statement = re.search(r": (op\.execute\(.*\))", created.stdout)
    assert statement
    file = migrated.newest()
    settle(file, r"def upgrade\(\) -> None:\n", rf"\g<0>    {statement[1]}\n")
    file.write_text(file.read_text().replace("phone = ...", "phone = 'none'"))
    upgraded = migrated.migrate("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert migrated.sql("SELECT phone FROM items") == [("none",)]
    assert "./migrate.sh record\n" in created.stdout
    assert migrated.migrate("record").returncode == 0
    assert migrated.run(migrated.python, CHECK).returncode == 0


def settle(file: Path, pattern: str, replacement: str) -> None:
    """Do what a finding asks for and delete its comment."""
    text = re.sub(r"(?m)^ *# FINDING:.*\n(^ *#   .*\n)*", "", file.read_text())
    assert re.search(pattern, text), text
    file.write_text(re.sub(pattern, replacement, text, count=1))


@pytest.mark.row("C5")
def test_creating_on_a_database_that_is_behind_finds_nothing_a_second_time(
    live: Service,
) -> None:
    """C5: the models are compared with the revisions, by plain Alembic, too: nothing is pending."""
    live.add_column("phone: Mapped[str | None] = mapped_column(String(20))")
    created = live.alembic("revision", "--autogenerate", "-m", "add phone number")
    assert created.returncode == 0, created.stderr
    text = live.newest("*phone*").read_text()
    assert "create_table" not in text
    assert "add_column(" in text
    assert live.stands_at() is None
    before = live.newest()
    assert live.migrate("create", "again").returncode == 0
    assert live.newest() == before
    assert live.migrate("upgrade").returncode == 0


@pytest.mark.row("C6")
def test_a_committed_revision_that_was_edited_is_noticed(migrated: Service) -> None:
    """C6: by the check that the hook runs; its command brings the file back."""
    file = migrated.root / "migrations/versions/002_items.py"
    before = file.read_text()
    migrated.edit("migrations/versions/002_items.py", '"items"', 'str("items")')
    checked = migrated.run(migrated.python, CHECK)
    assert checked.returncode == 1
    assert "002_items.py was edited" in checked.stdout
    migrated.follow(checked.stdout, "git -C ")
    assert file.read_text() == before
    assert migrated.run(migrated.python, CHECK).returncode == 0


@pytest.mark.row("C6")
def test_an_applied_revision_that_was_edited_is_noticed_without_git(live: Service) -> None:
    """C6: its command undoes it and applies it again."""
    live.revision("003", "002", ADD_PHONE, DROP_PHONE)
    live.migrate("upgrade")
    live.edit("migrations/versions/003_by_hand.py", "sa.String(20)", "sa.String(30)")
    live.add_column(PHONE.replace("20", "30"))
    checked = live.migrate("check")
    assert checked.returncode == 1
    assert "003_by_hand.py was edited" in checked.stdout
    live.follow(checked.stdout, "./migrate.sh downgrade 002")
    assert live.migrate("check").returncode == 0
    assert live.stands_at() == "003"


@pytest.mark.row("C7")
def test_after_a_pull_upgrade_brings_the_database_to_the_teams(
    migrated: Service, colleague: Service
) -> None:
    """C7: with what a colleague has pushed."""
    push(colleague, "003", ADD_PHONE, DROP_PHONE)
    migrated.git("pull", "-q")
    assert migrated.migrate("upgrade").returncode == 0
    assert migrated.stands_at() == "003"
    assert "phone" in migrated.columns("items")


@pytest.mark.row("C7")
def test_after_a_pull_with_two_heads_the_fix_is_one_command(
    migrated: Service, colleague: Service
) -> None:
    """C7: the message of `upgrade` names it."""
    push(colleague, "003", ADD_PHONE, DROP_PHONE)
    migrated.revision("004", "002", ADD_SIZE, DROP_SIZE)
    migrated.commit("ours")
    migrated.git("pull", "-q", "--no-rebase", "--no-edit")
    refused = migrated.migrate("upgrade")
    assert refused.returncode == 1
    assert ":\n  003  by hand 003\n  004  by hand 004\n" in refused.stderr
    assert migrated.stands_at() == "002"
    migrated.follow(refused.stderr, "./migrate.sh merge")
    assert migrated.migrate("upgrade").returncode == 0
    assert {"phone", "size"} <= migrated.columns("items")


def push(colleague: Service, revision_id: str, upgrade: str, downgrade: str) -> None:
    """Have the colleague push a revision."""
    colleague.revision(revision_id, "002", upgrade, downgrade)
    colleague.commit("theirs")
    colleague.git("push", "-q")
