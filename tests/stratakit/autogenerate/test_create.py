"""What `create` says beside the revision, and how what it asks for is settled."""

import json
import re
import subprocess

import pytest

from tests.changes import PHONE
from tests.service import Service

MODELS = "app/items/models.py"
RELATED = """

class Shelf(Base):
    __tablename__ = "shelves"

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
"""
VIEW = """
from sqlalchemy import DDL, event

event.listen(Base.metadata, "after_create", DDL("CREATE VIEW cheap_items AS SELECT id FROM items"))
"""


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside another change"])
@pytest.mark.databases("postgresql", "sqlite")
def test_differences_that_autogenerate_does_not_see_are_reported(
    migrated: Service, beside: bool
) -> None:
    migrated.write(MODELS, (migrated.root / MODELS).read_text() + VIEW)
    if beside:
        migrated.add_column(PHONE)
    created = migrated.migrate("create", "cheap items")
    assert created.returncode == (0 if beside else 1), created.stderr
    assert ("Wrote migrations/versions/" in created.stdout) is beside
    assert "view cheap_items" in created.stdout
    assert "./migrate.sh create --empty" in created.stdout


@pytest.mark.databases("postgresql", "sqlite")
def test_a_finding_is_settled_by_deleting_it_whenever_that_is(migrated: Service) -> None:
    migrated.edit(MODELS, "String(200)", "String(100)")
    assert migrated.migrate("create", "shorter names").returncode == 0
    upgraded = migrated.migrate("upgrade")
    assert upgraded.returncode == 0
    assert "To review: migrations/versions/" in upgraded.stderr
    for arguments in (["add", "--all"], ["commit", "--quiet", "--no-verify", "--message", "New"]):
        subprocess.run(["git", *arguments], cwd=migrated.root, check=True)
    unsettled = json.loads(migrated.migrate("check", "--json").stdout)
    assert [each["rule"] for each in unsettled] == ["unsettled-finding"]
    file = migrated.newest()
    file.write_text(re.sub(r"(?m)^ *# FINDING:.*\n(^ *#   .*\n)*", "", file.read_text()))
    settled = migrated.migrate("check")
    assert settled.returncode == 0, settled.stdout
    file.write_text(file.read_text().replace("100", "90"))
    edited = json.loads(migrated.migrate("check", "--json").stdout)
    assert "edited-revision" in {each["rule"] for each in edited}


@pytest.mark.databases("postgresql", "sqlite")
def test_a_type_that_holds_more_needs_no_look(migrated: Service) -> None:
    migrated.edit(MODELS, "String(200)", "String(400)")
    created = migrated.migrate("create", "longer names")
    assert created.returncode == 0, created.stderr
    assert "FINDING" not in migrated.newest().read_text()


@pytest.mark.databases("postgresql", "sqlite")
def test_tables_that_are_dropped_with_what_relates_them_are_one_change(
    migrated: Service,
) -> None:
    models = (migrated.root / MODELS).read_text()
    related = models.replace("import CheckConstraint,", "import CheckConstraint, ForeignKey,")
    migrated.write(MODELS, related + RELATED)
    assert migrated.migrate("create", "shelves").returncode == 0
    assert migrated.migrate("upgrade").returncode == 0
    migrated.write(MODELS, related[: related.index("class Item")])
    for name in ("routes", "service", "schemas"):
        (migrated.root / f"app/items/{name}.py").unlink()
    created = migrated.migrate("create", "neither")
    assert created.returncode == 0, created.stderr
    assert "not related" not in created.stdout


def test_plain_alembic_compares_with_the_revisions_and_not_with_the_database(
    migrated: Service,
) -> None:
    migrated.sql("ALTER TABLE items ADD COLUMN by_hand INTEGER")
    migrated.add_column("phone: Mapped[str | None] = mapped_column(String(40))")
    done = migrated.alembic("revision", "--autogenerate", "-m", "add the phone")
    assert done.returncode == 0, done.stderr
    text = migrated.newest().read_text()
    assert "phone" in text
    assert "by_hand" not in text
    assert migrated.migrate("upgrade").returncode == 0
    assert {"phone", "by_hand"} <= migrated.columns("items")


REVIEWS = """
from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Key


class Review(Base):
    __tablename__ = "reviews"

    id: Mapped[Key]
    stars: Mapped[int]
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), index=True)
"""


@pytest.mark.databases("mysql")
def test_an_index_that_a_foreign_key_needs_stays_until_another_one_serves(
    migrated: Service,
) -> None:
    file = migrated.write("app/reviews/models.py", REVIEWS)
    for verb in (["create", "add reviews"], ["upgrade"]):
        assert migrated.migrate(*verb).returncode == 0
    without_index = REVIEWS.replace(", index=True", "")
    file.write_text(without_index)
    assert migrated.migrate("check").returncode == 0
    written = migrated.migrate("create", "drop the index of reviews")
    assert written.returncode == 0
    assert not [*migrated.root.glob("migrations/versions/*_drop_the_index_of_reviews.py")]
    other = '    __table_args__ = (Index("ix_reviews_item_stars", "item_id", "stars"),)\n\n    id:'
    file.write_text(without_index.replace("    id:", other, 1))
    for verb in (["create", "index reviews by their stars"], ["upgrade"], ["check"]):
        done = migrated.migrate(*verb)
        assert done.returncode == 0, done.stdout + done.stderr
