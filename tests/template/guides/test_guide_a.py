"""Guide A: `scripts/migrate.sh`, the baseline `001` and the check by fingerprint."""

import re
from pathlib import Path

import pytest

from stratakit.config import load
from stratakit.revisions import fingerprint
from tests.changes import ADD_PHONE, AN_ITEM, CREATE_ALL, DROP_PHONE, PHONE, two_branches
from tests.service import Service

pytestmark = pytest.mark.slow

MIGRATE = "./scripts/migrate.sh"
CHECK = "scripts/check_migrations.py"

CUSTOMERS = """\
def upgrade() -> None:
    op.create_table(
        "customers",
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(50)),
    )


def downgrade() -> None:
    op.drop_table("customers")
"""

PREFERENCES = """\
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Preference(Base):
    __tablename__ = "user_preferences"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))
"""


def make_all_tables(service: Service) -> None:
    """Have `create_all` make the models' tables."""
    done = service.run(service.python, "-c", CREATE_ALL)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def adopted(live: Service) -> Service:
    """A service whose baseline is the table that was there before, and that table with a row."""
    live.write(
        "migrations/versions/001_baseline.py",
        '"""baseline"""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f'revision = "001"\ndown_revision = None\n\n\n{CUSTOMERS}',
    )
    live.sql("CREATE TABLE customers (number VARCHAR(20) NOT NULL PRIMARY KEY, name VARCHAR(50))")
    live.sql("INSERT INTO customers VALUES ('7', 'Ada')")
    return live


@pytest.mark.row("A1")
def test_stamping_the_baseline_takes_over_the_tables_that_exist(adopted: Service) -> None:
    """A1: the version row is all that is written, and the next upgrade goes on from there."""
    stamped = adopted.alembic("stamp", "001")
    assert stamped.returncode == 0, stamped.stderr
    assert adopted.stands_at() == "001"
    assert adopted.columns("items") == set()
    assert adopted.alembic("upgrade", "head").returncode == 0
    assert adopted.stands_at() == "002"
    assert adopted.sql("SELECT number, name FROM customers") == [("7", "Ada")]


@pytest.mark.row("A1b")
def test_tables_of_create_all_are_compared_before_they_are_stamped(live: Service) -> None:
    """A1b: they are not the empty baseline of a new service; the message names what they are."""
    make_all_tables(live)
    live.sql(AN_ITEM)
    refused = live.alembic("stamp", "001")
    assert refused.returncode != 0
    assert "table items " in refused.stderr
    assert live.stands_at() is None
    live.follow(refused.stderr, "./migrate.sh stamp 002")
    assert live.stands_at() == "002"
    assert live.sql("SELECT name FROM items") == [("chair",)]


@pytest.mark.row("A1b")
def test_tables_that_are_one_column_off_are_not_stamped(live: Service) -> None:
    """A1b: the message names the column."""
    make_all_tables(live)
    live.sql("ALTER TABLE items DROP COLUMN created_at")
    refused = live.migrate("stamp", "head")
    assert refused.returncode == 1
    assert "column items.created_at is missing" in refused.stderr
    assert live.stands_at() is None


@pytest.mark.row("A2")
def test_check_shows_the_revision_what_is_pending_and_what_has_no_migration(live: Service) -> None:
    """A2: and its exit status tells that something is wrong."""
    live.migrate("upgrade", "001")
    live.add_column(PHONE)
    checked = live.run(MIGRATE, "check")
    assert checked.returncode == 1
    assert re.search(r" 001  baseline\b.*\n.*:\n  002  items\n", checked.stdout)
    assert "adds column items.phone" in checked.stdout


@pytest.mark.row("A3")
def test_generate_writes_a_revision_and_reminds_to_review_it(migrated: Service) -> None:
    """A3: from the models, named after the message."""
    migrated.write("app/preferences/models.py", PREFERENCES)
    generated = migrated.run(MIGRATE, "generate", "Add user preferences table")
    assert generated.returncode == 0, generated.stderr
    assert "adds table user_preferences" in generated.stdout
    assert migrated.newest().name.endswith("_add_user_preferences_table.py")
    assert migrated.columns("user_preferences") == set()
    migrated.follow(generated.stdout, "./migrate.sh upgrade")
    assert migrated.columns("user_preferences") == {"id", "name"}


@pytest.mark.row("A4")
def test_upgrade_applies_all_that_is_pending(live: Service) -> None:
    """A4: shown before and after."""
    live.revision("003", "002", ADD_PHONE, DROP_PHONE)
    upgraded = live.run(MIGRATE, "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    lines = upgraded.stdout.splitlines()
    pending, position = [line for line in lines if line.startswith("  ")], lines[-1]
    assert pending == ["  001  baseline", "  002  items", "  003  by hand 003"]
    assert "003  by hand 003 (head)" in position
    assert live.stands_at() == "003"
    assert "phone" in live.columns("items")


@pytest.mark.row("A5")
def test_downgrade_goes_back_one_or_to_a_revision(migrated: Service) -> None:
    """A5: `-1` and an id."""
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    migrated.migrate("upgrade")
    assert "phone" in migrated.columns("items")
    one = migrated.run(MIGRATE, "downgrade", "-1")
    assert one.returncode == 0, one.stderr
    assert migrated.stands_at() == "002"
    assert "phone" not in migrated.columns("items")
    back = migrated.run(MIGRATE, "downgrade", "001")
    assert back.returncode == 0, back.stderr
    assert migrated.stands_at() == "001"
    assert migrated.columns("items") == set()


@pytest.mark.row("A6")
def test_history_shows_parents_and_pending_revisions(live: Service) -> None:
    """A6: the newest first."""
    live.migrate("upgrade", "001")
    history = live.run(MIGRATE, "history")
    assert history.returncode == 0, history.stderr
    assert history.stdout == (
        "002  items  (after 001, head, pending)\n001  baseline  (after the beginning, applied)\n"
    )


@pytest.mark.row("A7")
def test_plain_alembic_merges_two_heads(migrated: Service) -> None:
    """A7: `merge -m "…" heads`; both branches are applied then."""
    two_branches(migrated)
    merged = migrated.alembic("merge", "-m", "join both branches", "heads")
    assert merged.returncode == 0, merged.stderr
    assert migrated.migrate("upgrade").returncode == 0
    assert f"{migrated.stands_at()}_join_both_branches.py" == migrated.newest().name
    assert {"phone", "size"} <= migrated.columns("items")


@pytest.mark.row("A8")
def test_plain_alembic_uses_the_same_settings_as_the_wrappers(
    live: Service, tmp_path: Path
) -> None:
    """A8: also from another folder; and what it is told is not true, it refuses."""
    ini = str(live.root / "alembic.ini")
    upgraded = live.run(live.root / ".venv/bin/alembic", "-c", ini, "upgrade", "head", cwd=tmp_path)
    assert upgraded.returncode == 0, upgraded.stderr
    assert live.stands_at() == "002"
    assert "002 (head)" in live.alembic("current").stdout
    untrue = live.alembic("stamp", "001")
    assert untrue.returncode != 0
    assert live.stands_at() == "002"
    assert live.alembic("stamp", "002").returncode == 0
    assert live.stands_at() == "002"


@pytest.mark.row("A9")
def test_the_exit_status_of_the_fast_check_shows_a_missing_migration(
    migrated: Service,
) -> None:
    """A9: with --check-only nothing is remembered; its command mends it."""
    assert migrated.run(migrated.python, CHECK, "--check-only").returncode == 0
    migrated.add_column(PHONE)
    missing = migrated.run(migrated.python, CHECK, "--check-only")
    assert missing.returncode == 1
    assert "adds column items.phone" in missing.stdout
    migrated.follow(missing.stdout, "./migrate.sh create")
    assert migrated.run(migrated.python, CHECK, "--check-only").returncode == 0
    assert not fingerprint.cache_file(load(migrated.root)).exists()


@pytest.mark.row("A10")
def test_a_forced_check_forgets_the_fingerprint_and_looks_afresh(live: Service) -> None:
    """A10: whatever the remembered one says."""
    config = load(live.root)
    assert live.run(live.python, CHECK).returncode == 0
    assert fingerprint.cache_file(config).read_text() == fingerprint.compute_fingerprint(config)
    live.add_column(PHONE)
    fingerprint.cache_file(config).write_text(fingerprint.compute_fingerprint(config))
    believed = live.run(live.python, CHECK)
    assert believed.returncode == 0
    forced = live.run(live.python, CHECK, "--force")
    assert forced.returncode == 1
    assert "adds column items.phone" in forced.stdout
    assert not fingerprint.cache_file(config).exists()


REVIEWS = """\
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base


class Review(Base):
    __tablename__ = "reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
"""


@pytest.mark.row("A11")
def test_a_nullable_json_column_is_found_and_goes_up_and_down(migrated: Service) -> None:
    """A11: rows that are there keep it empty."""
    migrated.edit("app/items/models.py", "import CheckConstraint,", "import JSON, CheckConstraint,")
    migrated.add_column("extra: Mapped[dict[str, int] | None] = mapped_column(JSON)")
    migrated.sql(AN_ITEM)
    assert_goes_up_and_down(migrated, "adds column items.extra", "items", {"extra"})


@pytest.mark.row("A11")
def test_a_new_table_with_a_foreign_key_is_found_and_goes_up_and_down(migrated: Service) -> None:
    """A11: the constraint has a name that a later revision can address."""
    migrated.write("app/reviews/models.py", REVIEWS)
    assert_goes_up_and_down(migrated, "adds table reviews", "reviews", {"id", "item_id"})
    assert "fk_reviews_item_id_items" in migrated.newest().read_text()


@pytest.mark.row("A11")
def test_a_composite_index_is_found_and_goes_up_and_down(migrated: Service) -> None:
    """A11: declared in `__table_args__`."""
    migrated.edit(
        "app/items/models.py", "import CheckConstraint,", "import CheckConstraint, Index,"
    )
    migrated.edit(
        "app/items/models.py",
        'name="price_not_negative"),)',
        'name="price_not_negative"), Index("ix_items_name_price", "name", "price"))',
    )
    found = "adds index ix_items_name_price on items (name, price)"
    assert_goes_up_and_down(migrated, found, "items", set())


def assert_goes_up_and_down(service: Service, found: str, table: str, columns: set[str]) -> None:
    """Create a revision, apply it, see that nothing is left to find, and undo it."""
    created = service.migrate("create", "what the scenario asks")
    assert created.returncode == 0, created.stderr
    assert created.stdout.splitlines()[1:2] == [f"  {found}"]
    written = service.newest()
    upgraded = service.migrate("upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert columns <= service.columns(table)
    again = service.migrate("create", "nothing should be left")
    assert (again.returncode, service.newest()) == (0, written), again.stdout
    assert service.migrate("downgrade").returncode == 0
    assert service.stands_at() == "002"
    assert not columns & service.columns(table)


@pytest.mark.row("A12")
def test_two_heads_are_named_with_the_command_that_joins_them(migrated: Service) -> None:
    """A12: by `check`, by CI's check and by `upgrade`."""
    two_branches(migrated)
    checked = migrated.run(MIGRATE, "check")
    in_ci = migrated.run(migrated.python, CHECK, "--check-only")
    upgraded = migrated.migrate("upgrade")
    for told in (checked.stdout, in_ci.stdout, upgraded.stderr):
        assert ":\n  003  by hand 003\n  004  by hand 004\n" in told
    assert [checked.returncode, in_ci.returncode, upgraded.returncode] == [1, 1, 1]
    assert migrated.stands_at() == "002"
    migrated.follow(checked.stdout, "./migrate.sh merge")
    assert migrated.migrate("upgrade").returncode == 0
    assert {"phone", "size"} <= migrated.columns("items")


@pytest.mark.row("A13")
def test_a_revision_of_another_branch_is_named_and_its_file_brought_back(
    migrated: Service,
) -> None:
    """A13: git has it; a blind stamp is never the advice."""
    migrated.git("switch", "-qc", "elsewhere")
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    migrated.commit()
    migrated.migrate("upgrade")
    migrated.git("switch", "-q", "main")
    ahead = migrated.migrate("upgrade")
    assert ahead.returncode == 0, ahead.stderr
    assert re.search(r"ahead .*\b003\b", ahead.stdout)
    plain = migrated.alembic("current")
    assert plain.returncode != 0
    assert "003" in plain.stderr
    assert "git -C " in plain.stderr
    assert not any("migrate.sh stamp" in told for told in (ahead.stdout, plain.stderr))
    assert migrated.stands_at() == "003"
    migrated.follow(ahead.stdout, "git -C ")
    assert migrated.migrate("upgrade").returncode == 0
    assert migrated.stands_at() == "003"


@pytest.mark.row("A13")
def test_a_revision_that_is_gone_for_good_is_replaced_by_what_is_true(migrated: Service) -> None:
    """A13: the stamp that is offered compares first."""
    migrated.sql("UPDATE alembic_version SET version_num = 'deadbeef'")
    refused = migrated.migrate("upgrade")
    assert refused.returncode == 1
    assert "deadbeef" in refused.stderr
    untrue = migrated.migrate("stamp", "001")
    assert untrue.returncode == 1
    assert migrated.stands_at() == "deadbeef"
    migrated.follow(refused.stderr, "./migrate.sh adopt")
    assert migrated.stands_at() == "002"


@pytest.mark.row("A14")
def test_a_rename_is_flagged_as_data_loss_and_offered_as_a_rename(migrated: Service) -> None:
    """A14: when the revision is created; what is offered keeps the data."""
    migrated.revision("003", "002", ADD_PHONE, DROP_PHONE)
    migrated.migrate("upgrade")
    migrated.sql("INSERT INTO items (name, price, phone) VALUES ('chair', 10, '555')")
    migrated.add_column("mobile: Mapped[str | None] = mapped_column(String(20))")
    created = migrated.migrate("create", "rename phone to mobile")
    assert created.returncode == 0, created.stderr
    assert "items.phone" in created.stdout
    unsettled = migrated.run(migrated.python, CHECK)
    assert unsettled.returncode == 1
    assert f"{migrated.newest().name}:" in unsettled.stdout
    offered = re.search(
        r": (op\.[^)]*\)).* downgrade\(\)[^:]*: (op\.[^)]*\))",
        created.stdout,
        re.DOTALL,
    )
    assert offered
    file = migrated.newest()
    header = file.read_text().partition("def upgrade()")[0]
    file.write_text(
        f"{header}def upgrade() -> None:\n    {offered[1]}\n\n\n"
        f"def downgrade() -> None:\n    {offered[2]}\n"
    )
    assert migrated.migrate("upgrade").returncode == 0
    assert migrated.sql("SELECT name, mobile FROM items") == [("chair", "555")]
    assert migrated.migrate("downgrade").returncode == 0
    assert migrated.sql("SELECT name, phone FROM items") == [("chair", "555")]
    assert migrated.migrate("upgrade").returncode == 0
    assert migrated.sql("SELECT name, mobile FROM items") == [("chair", "555")]
    assert migrated.migrate("record").returncode == 0
    assert migrated.run(migrated.python, CHECK).returncode == 0


@pytest.mark.row("A15")
def test_a_message_that_says_nothing_is_refused_with_one_that_does(migrated: Service) -> None:
    """A15: descriptive messages."""
    migrated.add_column(PHONE)
    files = set(migrated.root.glob("migrations/versions/*.py"))
    refused = migrated.migrate("create", "fix")
    assert refused.returncode == 1
    assert "'fix'" in refused.stderr
    assert set(migrated.root.glob("migrations/versions/*.py")) == files
    migrated.follow(refused.stderr, "./migrate.sh create")
    assert migrated.newest().name.endswith("_add_user_phone_number.py")


@pytest.mark.row("A15")
def test_a_revision_of_unrelated_tables_is_a_finding(migrated: Service) -> None:
    """A15: one logical change a revision."""
    migrated.write("app/preferences/models.py", PREFERENCES)
    migrated.add_column(PHONE)
    before = set(migrated.root.glob("migrations/versions/*.py"))
    created = migrated.migrate("create", "phone numbers and preferences")
    files = set(migrated.root.glob("migrations/versions/*.py")) - before
    # MySQL keeps each statement at once, so that each is a revision of its own anyway.
    split = len(files) == 2 and migrated.database == "mysql"
    related = "items, user_preferences" not in created.stdout
    assert related == split
    assert migrated.run(migrated.python, CHECK).returncode == int(not split)
    for file in files:
        file.unlink()
    migrated.root.joinpath("app/preferences/models.py").unlink()
    alone = migrated.migrate("create", "phone numbers")
    assert "not related" not in alone.stdout
    assert migrated.run(migrated.python, CHECK).returncode == 0


@pytest.mark.row("A15")
def test_a_manually_set_version_row_is_noticed(migrated: Service) -> None:
    """A15: never edit alembic_version by hand."""
    migrated.sql("UPDATE alembic_version SET version_num = '001'")
    checked = migrated.migrate("check")
    assert checked.returncode == 1
    assert re.search(r"alembic_version .*\b001\b.* migration_log .*\b002\b", checked.stdout)
    migrated.follow(checked.stdout, "./migrate.sh stamp 002")
    assert migrated.stands_at() == "002"
    assert migrated.migrate("check").returncode == 0


@pytest.mark.row("A15")
def test_an_applied_revision_that_was_edited_is_noticed(migrated: Service) -> None:
    """A15: never edit an applied revision; its command brings it back."""
    before = migrated.root.joinpath("migrations/versions/002_items.py").read_text()
    migrated.edit("migrations/versions/002_items.py", "length=200", "length=100")
    checked = migrated.migrate("check")
    assert checked.returncode == 1
    assert checked.stdout.count("002_items.py was edited") == 1
    migrated.follow(checked.stdout, "git -C ")
    assert migrated.root.joinpath("migrations/versions/002_items.py").read_text() == before
    assert migrated.migrate("check").returncode == 0
