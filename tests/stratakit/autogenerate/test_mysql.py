"""Revisions for MySQL and MariaDB: one change each, and no attribute of a column is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.schema import SchemaItem

from tests.stratakit.autogenerate.project import create_project, metadata
from tests.stratakit.lint.revisions import server


@pytest.fixture(autouse=True)
def on_the_server() -> Iterator[None]:
    with server("mysql"):
        yield


def models(*items: SchemaItem, key: type[sa.types.TypeEngine[int]] = sa.BigInteger) -> sa.MetaData:
    declared = metadata()
    sa.Table("items", declared, sa.Column("id", key, primary_key=True), *items)
    return declared


def note(length: int, **options: object) -> sa.Column[str]:
    return sa.Column("note", sa.String(length), **options)  # type: ignore[arg-type]


def orders(*columns: SchemaItem, parent: bool = True) -> sa.MetaData:
    declared = models() if parent else metadata()
    if columns:
        sa.Table("orders", declared, sa.Column("id", sa.BigInteger, primary_key=True), *columns)
    return declared


def reference(name: str = "item_id", *, nullable: bool = True) -> sa.Column[int]:
    key = sa.ForeignKey("items.id")
    return sa.Column(name, sa.BigInteger, key, index=True, nullable=nullable)


def unindexed(**options: str) -> sa.Column[int]:
    return sa.Column("item_id", sa.BigInteger, sa.ForeignKey("items.id", **options))  # type: ignore[arg-type]


def count() -> sa.Column[int]:
    return sa.Column("count", sa.Integer)


def test_each_change_is_a_revision(tmp_path: Path) -> None:
    after = models(note(9, index=True), sa.Column("size", sa.Integer, nullable=False, default=1))
    with create_project(tmp_path, "mysql", models()) as project:
        files = project.create(after, "sizes")
        assert [file.stem.partition("_")[2] for file in files] == [
            "adds_column_items_note_sizes",
            "adds_column_items_size_sizes",
            "adds_index_ix_items_note_on_items_note_",
        ]
        project.round_trip(after)
        assert project.lint(files) == []


def test_a_new_table_and_its_indexes_are_one_revision(tmp_path: Path) -> None:
    with create_project(tmp_path, "mysql", metadata()) as project:
        assert len(project.create(models(note(9, index=True)))) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"server_default": "none", "comment": "it's said", "nullable": False},
        {"server_default": "none"},
        {"comment": "said"},
        {"nullable": False},
    ],
)
def test_an_altered_column_keeps_all_else(options: dict[str, object], tmp_path: Path) -> None:
    with create_project(tmp_path, "mysql", models(note(50, **options))) as project:
        files = project.create(models(note(60, **options)))
        project.round_trip(models(note(60, **options)))
        assert not [found for found in project.lint(files) if "mysql-incomplete-alter" in found]


def test_a_wider_key_keeps_its_auto_increment(tmp_path: Path) -> None:
    with create_project(tmp_path, "mysql", models(key=sa.Integer)) as project:
        files = project.create(models())
        project.round_trip(models())
        assert not [found for found in project.lint(files) if "mysql-incomplete-alter" in found]


CHANGES_OF_A_KEY = {
    "its table is new": (orders(), orders(reference())),
    "it is new": (orders(count()), orders(count(), reference())),
    "its table goes": (orders(reference()), orders()),
    "both tables go": (orders(reference()), orders(parent=False)),
    "its column goes": (orders(count(), reference(nullable=False)), orders(count())),
    "its column gets another name": (orders(reference()), orders(reference("thing_id"))),
    "it goes, its column stays": (
        orders(reference()),
        orders(sa.Column("item_id", sa.BigInteger, index=True)),
    ),
    "it has no index and is new": (orders(count()), orders(count(), unindexed())),
    "it had no index and goes": (orders(count(), unindexed()), orders(count())),
    "it had no index and its column stays": (
        orders(unindexed()),
        orders(sa.Column("item_id", sa.BigInteger)),
    ),
    "it has no index and changes": (orders(unindexed()), orders(unindexed(ondelete="CASCADE"))),
    "another index takes over": (
        orders(reference(), count()),
        orders(
            unindexed(),
            count(),
            sa.Index("ix_orders_item_id_count", "item_id", "count"),
        ),
    ),
}


@pytest.mark.parametrize("change", CHANGES_OF_A_KEY)
def test_a_foreign_key_changes_with_its_index(change: str, tmp_path: Path) -> None:
    before, after = CHANGES_OF_A_KEY[change]
    with create_project(tmp_path, "mysql", before) as project:
        project.create(after)
        project.round_trip(after)


def test_the_index_of_a_dropped_table_is_not_dropped_itself(tmp_path: Path) -> None:
    with create_project(tmp_path, "mysql", orders()) as project:
        (file,) = project.create(orders(reference()))
        assert "drop_index" not in file.read_text()
        project.upgrade()
        (file,) = project.create(orders())
        assert "drop_index" not in file.read_text()


def notes(*columns: SchemaItem) -> sa.MetaData:
    declared = models()
    if columns:
        sa.Table("notes", declared, sa.Column("id", sa.BigInteger, primary_key=True), *columns)
    return declared


def data(*, nullable: bool = True) -> "sa.Column[object]":
    return sa.Column("data", sa.JSON, nullable=nullable)


CHANGES_OF_JSON = {
    "it goes": (notes(count(), data()), notes(count())),
    "it goes and was needed": (notes(count(), data(nullable=False)), notes(count())),
    "its table goes": (notes(data()), notes()),
    "it is needed": (notes(data()), notes(data(nullable=False))),
    "it becomes text": (notes(data()), notes(sa.Column("data", sa.Text))),
}


@pytest.mark.parametrize("change", CHANGES_OF_JSON)
def test_recreated_json_has_its_check(change: str, tmp_path: Path) -> None:
    before, after = CHANGES_OF_JSON[change]
    with create_project(tmp_path, "mysql", before) as project:
        project.create(after)
        project.round_trip(after)


def test_longtext_without_a_check_is_not_json(tmp_path: Path) -> None:
    text = sa.Column("data", LONGTEXT)
    with create_project(tmp_path, "mysql", notes(count(), text)) as project:
        (file,) = project.create(notes(count()))
        project.round_trip(notes(count()))
        assert "JSON" not in file.read_text()


def test_the_comment_of_a_required_column_says_what_happens_to_rows(tmp_path: Path) -> None:
    with create_project(tmp_path, "mysql", models()) as project:
        (file,) = project.create(models(sa.Column("size", sa.Integer, nullable=False)))
        project.execute("INSERT INTO items (id) VALUES (1)")
        project.upgrade()
        assert project.execute("SELECT size FROM items") == [(0,)]
    assert "such as '' or 0" in " ".join(file.read_text().replace("#", "").split())


def level(*values: str) -> sa.Column[str]:
    return sa.Column("level", sa.Enum(*values))


def test_changed_enum_values_are_described(tmp_path: Path) -> None:
    after = models(level("free", "gold"))
    with create_project(tmp_path, "mysql", models(level("free", "paid"))) as project:
        told = project.differences(after)[0]
        assert "items.level" in told
        assert told.endswith("free, paid to free, gold")
        project.create(after)
        project.round_trip(after)


def test_a_recreated_table_has_the_character_set_of_the_database(tmp_path: Path) -> None:
    before = models()
    sa.Table("codes", before, sa.Column("id", sa.BigInteger), mysql_charset="ascii")
    with create_project(tmp_path, "mysql", before) as project:
        files = project.create(metadata())
        project.round_trip(metadata())
        with_one = [file for file in files if "mysql_collate" in file.read_text()]
        assert len(files) == 2
        assert ["codes" in file.read_text() for file in with_one] == [True]
