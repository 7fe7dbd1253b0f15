"""A catalog as text, and catalogs in the names of each other."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from stratakit.catalog.model import Catalog, DatabaseDefault, ObjectKey

NAME = st.sampled_from(["a", "b", "items", "shop.items", "owners"])
KEYS = st.builds(
    ObjectKey, st.sampled_from(["table", "column", "index", "view"]), st.just("") | NAME, NAME
)
CATALOGS = st.dictionaries(
    KEYS, st.dictionaries(st.sampled_from(["type", "not null"]), st.just("yes")), max_size=8
).map(Catalog)
CHECK = {"definition": "a > 0"}
OTHER = {"definition": "b > 0"}


def check(name: str, table: str = "items") -> ObjectKey:
    return ObjectKey("check constraint", table, name)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (ObjectKey("table", "", "items"), "table items"),
        (ObjectKey("column", "shop.items", "note"), "column shop.items.note"),
        (ObjectKey("primary key", "items", ""), "primary key items"),
    ],
)
def test_a_key_is_shown_with_its_table(key: ObjectKey, text: str) -> None:
    assert str(key) == text


def test_a_catalog_is_one_line_an_object_below_its_table(snapshot: SnapshotAssertion) -> None:
    catalog = Catalog(
        {
            ObjectKey("view", "", "cheap"): {"definition": "SELECT id\n  FROM items\n\n WHERE a"},
            ObjectKey("column", "items", "note"): {"type": "text", "not null": "yes"},
            ObjectKey("table", "", "items"): {"collation": DatabaseDefault("C")},
            ObjectKey("trigger", "items", "t"): {"enabled": "yes", "body": "BEGIN\nEND"},
            ObjectKey("column", "items", "id"): {"type": "bigint"},
        }
    )
    assert catalog.text() == snapshot


def test_an_empty_catalog_has_an_empty_text() -> None:
    assert Catalog().text() == ""


@given(catalog=CATALOGS, seed=st.integers())
def test_the_text_does_not_depend_on_the_order_of_reading(catalog: Catalog, seed: int) -> None:
    items = list(catalog.items())
    random.Random(seed).shuffle(items)
    assert Catalog(items).text() == catalog.text()


@given(catalog=CATALOGS)
def test_the_text_has_a_line_for_each_object(catalog: Catalog) -> None:
    lines = [line for line in catalog.text().splitlines() if line]
    assert len(lines) == len(catalog)
    assert all(line.startswith("  ") or line[0].isalpha() for line in lines)


def test_an_attribute_of_a_kind_is_omitted() -> None:
    catalog = Catalog(
        {
            ObjectKey("table", "", "items"): {"owner": "a", "comment": "b"},
            ObjectKey("view", "", "cheap"): {"owner": "a"},
        }
    )
    assert catalog.without("owner", "table") == {
        ObjectKey("table", "", "items"): {"comment": "b"},
        ObjectKey("view", "", "cheap"): {"owner": "a"},
    }
    assert catalog.without("absent", "table") == catalog


@pytest.mark.parametrize(
    ("catalog", "other", "own", "renamed"),
    [
        ({check("a"): CHECK}, {check("b"): CHECK}, (), {check("b"): CHECK}),
        ({check("a"): CHECK}, {check("b"): CHECK}, ("a",), {check("a"): CHECK}),
        ({check("a"): CHECK}, {check("a"): CHECK, check("b"): CHECK}, (), {check("a"): CHECK}),
        ({check("a"): CHECK}, {check("b"): {"definition": "a > 1"}}, (), {check("a"): CHECK}),
        ({check("a"): CHECK}, {check("b", "owners"): CHECK}, (), {check("a"): CHECK}),
        ({check("a"): CHECK, check("c"): CHECK}, {check("b"): CHECK, check("d"): CHECK}, (),
         {check("b"): CHECK, check("d"): CHECK}),
        ({check("a"): CHECK, check("c"): CHECK}, {check("b"): CHECK}, (),
         {check("b"): CHECK, check("c"): CHECK}),
        ({check("a"): CHECK, check("b"): OTHER}, {check("a"): OTHER, check("b"): CHECK}, (),
         {check("a"): OTHER, check("b"): CHECK}),
        ({check("a"): CHECK, check("b"): OTHER}, {check("b"): CHECK}, (),
         {check("b"): CHECK, check(""): OTHER}),
        ({ObjectKey("column", "items", "a"): {"type": "text"}},
         {ObjectKey("column", "items", "b"): {"type": "text"}}, (),
         {ObjectKey("column", "items", "a"): {"type": "text"}}),
    ],
)  # fmt: skip
def test_a_constraint_takes_the_name_that_it_has_in_another_catalog(
    catalog: dict[ObjectKey, dict[str, str]],
    other: dict[ObjectKey, dict[str, str]],
    own: tuple[str, ...],
    renamed: dict[ObjectKey, dict[str, str]],
) -> None:
    assert Catalog(catalog).with_names_of(Catalog(other), own) == renamed


def test_partitions_that_another_catalog_lacks_are_omitted_with_what_they_have() -> None:
    partition = {"partition": "FOR VALUES IN (1)"}
    kept = Catalog(
        {
            ObjectKey("table", "", "days"): {"partitioned by": "LIST (day)"},
            ObjectKey("table", "", "days_1"): partition,
            ObjectKey("index", "days_1", "a"): {},
            ObjectKey("table", "", "manual"): {},
            ObjectKey("view", "", "days_2"): {},
        }
    )
    new = Catalog(
        {
            ObjectKey("table", "", "s.days_2"): partition,
            ObjectKey("column", "s.days_2", "day"): {"type": "int"},
        }
    )
    expected = Catalog({ObjectKey("table", "", "days_1"): partition})
    assert Catalog({**kept, **new}).without_new_partitions(expected) == kept
