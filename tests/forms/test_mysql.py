"""What `create` writes for MySQL and MariaDB: one change a revision, nothing of a column lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.schema import SchemaItem

from tests.forms.created import made, metadata
from tests.safety.revisions import server


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
    with made(tmp_path, "mysql", models()) as service:
        files = service.create(after, "sizes")
        assert [file.stem.partition("_")[2] for file in files] == [
            "adds_column_items_note_sizes",
            "adds_column_items_size_sizes",
            "adds_index_ix_items_note_on_items_note_",
        ]
        service.there_and_back(after)
        assert service.linted(files) == []


def test_a_new_table_and_its_indexes_are_one_revision(tmp_path: Path) -> None:
    with made(tmp_path, "mysql", metadata()) as service:
        assert len(service.create(models(note(9, index=True)))) == 1


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
    with made(tmp_path, "mysql", models(note(50, **options))) as service:
        files = service.create(models(note(60, **options)))
        service.there_and_back(models(note(60, **options)))
        assert not [found for found in service.linted(files) if "mysql-incomplete-alter" in found]


def test_a_key_that_gets_wider_goes_on_counting(tmp_path: Path) -> None:
    with made(tmp_path, "mysql", models(key=sa.Integer)) as service:
        files = service.create(models())
        service.there_and_back(models())
        assert not [found for found in service.linted(files) if "mysql-incomplete-alter" in found]


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
def test_an_indexed_foreign_key_comes_and_goes(change: str, tmp_path: Path) -> None:
    before, after = CHANGES_OF_A_KEY[change]
    with made(tmp_path, "mysql", before) as service:
        service.create(after)
        service.there_and_back(after)


def test_an_index_is_not_dropped_beside_its_table(tmp_path: Path) -> None:
    with made(tmp_path, "mysql", orders()) as service:
        (file,) = service.create(orders(reference()))
        assert "drop_index" not in file.read_text()
        service.upgrade()
        (file,) = service.create(orders())
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
def test_json_comes_back_with_its_check(change: str, tmp_path: Path) -> None:
    before, after = CHANGES_OF_JSON[change]
    with made(tmp_path, "mysql", before) as service:
        service.create(after)
        service.there_and_back(after)


def test_longtext_without_a_check_is_no_json(tmp_path: Path) -> None:
    text = sa.Column("data", LONGTEXT)
    with made(tmp_path, "mysql", notes(count(), text)) as service:
        (file,) = service.create(notes(count()))
        service.there_and_back(notes(count()))
        assert "JSON" not in file.read_text()


def test_what_a_new_column_that_is_needed_does_to_rows_is_told(tmp_path: Path) -> None:
    with made(tmp_path, "mysql", models()) as service:
        (file,) = service.create(models(sa.Column("size", sa.Integer, nullable=False)))
        service.execute("INSERT INTO items (id) VALUES (1)")
        service.upgrade()
        assert service.execute("SELECT size FROM items") == [(0,)]
    told = " ".join(file.read_text().replace("#", "").split())
    assert "all rows get a value that nobody chose, such as '' or 0." in told
    assert "this fails" not in told


def level(*values: str) -> sa.Column[str]:
    return sa.Column("level", sa.Enum(*values))


def test_the_values_of_an_enum_are_told(tmp_path: Path) -> None:
    after = models(level("free", "gold"))
    with made(tmp_path, "mysql", models(level("free", "paid"))) as service:
        told = "changes values of items.level from free, paid to free, gold"
        assert service.missing(after)[0] == told
        service.create(after)
        service.there_and_back(after)


def test_a_table_comes_back_with_the_databases_character_set(tmp_path: Path) -> None:
    before = models()
    sa.Table("codes", before, sa.Column("id", sa.BigInteger), mysql_charset="ascii")
    with made(tmp_path, "mysql", before) as service:
        files = service.create(metadata())
        service.there_and_back(metadata())
        with_one = [file for file in files if "mysql_collate" in file.read_text()]
        assert len(files) == 2
        assert ["codes" in file.read_text() for file in with_one] == [True]
