"""Names of constraints and indexes, which every database keeps whole."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateTable

from stratakit.orm.naming import MAX_BYTES, NAMING_CONVENTION, default_name, shorten

NAME = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=120)


@given(name=NAME)
def test_a_name_is_kept_within_the_limit(name: str) -> None:
    short = shorten(name)
    assert len(short.encode()) <= MAX_BYTES
    assert shorten(short) == short
    assert (short == name) is (len(name.encode()) <= MAX_BYTES)


@given(start=st.text("aä表😀", min_size=63, max_size=80), one=NAME, other=NAME)
def test_two_long_names_that_differ_stay_different(start: str, one: str, other: str) -> None:
    assert (shorten(start + one) == shorten(start + other)) is (one == other)


@pytest.mark.parametrize("letter", ["a", "ä", "表", "😀"])
def test_the_limit_counts_bytes_and_cuts_no_character(letter: str) -> None:
    size = len(letter.encode())
    longest = letter * (MAX_BYTES // size)
    assert shorten(longest) == longest
    short = shorten(longest + letter)
    beginning, _, digest = short.rpartition("_")
    assert longest.startswith(beginning)
    assert len(beginning.encode()) > MAX_BYTES - 9 - size
    assert len(digest) == 8


def _table(name: str = "items", schema: str | None = None) -> Table:
    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    Table("owners", metadata, Column("id", Integer, primary_key=True), schema=schema)
    owner = f"{schema}.owners.id" if schema else "owners.id"
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("a", Integer, unique=True, index=False),
        Column("b", Integer, index=True),
        Column("owner_id", Integer, ForeignKey(owner)),
        UniqueConstraint("a", "b"),
        UniqueConstraint("b", name="own_name"),
        CheckConstraint("a > 0", name="positive"),
        Index(None, "a", func.lower("b")),
        schema=schema,
    )


def _names(table: Table) -> list[str]:
    names = [each.name for each in table.constraints] + [each.name for each in table.indexes]
    return [str(name) for name in names]


@pytest.mark.parametrize("schema", [None, "shop"])
def test_the_convention_names_what_has_no_name(schema: str | None) -> None:
    assert {*_names(_table(schema=schema))} == {
        "pk_items", "uq_items_a", "uq_items_a_b", "own_name", "ck_items_positive",
        "fk_items_owner_id_owners", "ix_items_b", "ix_items_a",
    }  # fmt: skip


def test_a_check_without_a_name_is_named_after_its_columns() -> None:
    table = Table(
        "cars",
        MetaData(naming_convention=NAMING_CONVENTION),
        Column("doors", Integer, CheckConstraint("doors > 0")),
        Column("seats", Integer),
        CheckConstraint("seats >= doors AND seats < 9"),
        CheckConstraint("seats < 7"),
        CheckConstraint("seats > 1"),
        CheckConstraint("1 < 2"),
        CheckConstraint(func.length("x") == 1),
    )
    names = re.findall(r"CONSTRAINT (\S+) CHECK", str(CreateTable(table)))
    digest = "_[0-9a-f]{8}"
    patterns = ["ck_cars_doors", "ck_cars_seats_doors", "ck_cars_seats", f"ck_cars_seats{digest}"]
    patterns += [f"ck_cars{digest}"] * 2
    assert len(set(names)) == len(names) == len(patterns)
    assert all(map(re.fullmatch, patterns, names))


@pytest.mark.parametrize(
    "kind", [Boolean(create_constraint=True), Enum("a", native_enum=False, create_constraint=True)]
)
def test_the_check_of_a_type_is_named_after_its_column(kind: Boolean | Enum) -> None:
    table = Table(
        "cars",
        MetaData(naming_convention=NAMING_CONVENTION),
        Column("one", kind),
        Column("other", kind),
    )
    statement = str(CreateTable(table).compile(dialect=sqlite.dialect()))
    assert "CONSTRAINT ck_cars_one CHECK" in statement
    assert "CONSTRAINT ck_cars_other CHECK" in statement


def test_each_name_of_a_long_table_is_whole_and_its_own() -> None:
    names = _names(_table("t" * 60))
    assert len(set(names)) == len(names)
    without_key = [name for name in names if not name.startswith("pk_")]
    assert all(len(name) <= MAX_BYTES for name in without_key)


def test_the_name_of_a_constraint_is_that_of_the_convention() -> None:
    table = _table()
    constraints = [
        each
        for each in table.constraints
        if isinstance(each, UniqueConstraint | ForeignKeyConstraint) and each.name != "own_name"
    ]
    assert len(constraints) == 3
    assert [default_name(each) for each in constraints] == [each.name for each in constraints]
