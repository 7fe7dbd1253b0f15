"""The differences between two catalogs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from stratakit.catalog.diff import Difference, differences
from stratakit.catalog.model import Catalog, DatabaseDefault, ObjectKey

TABLE = ObjectKey("table", "", "items")
COLUMN = ObjectKey("column", "items", "note")
VIEW = ObjectKey("view", "", "cheap")
ENUM = ObjectKey("enum", "", "mood")

KEYS = st.builds(
    ObjectKey,
    st.sampled_from(["table", "column", "index", "view"]),
    st.sampled_from(["", "items", "owners"]),
    st.sampled_from(["a", "b", "items", "owners"]),
)
VALUES = st.sampled_from(["yes", "integer", "text"]) | st.sampled_from(
    [DatabaseDefault("x"), DatabaseDefault("y")]
)
ATTRIBUTES = st.dictionaries(st.sampled_from(["type", "not null", "default"]), VALUES)
CATALOGS = st.dictionaries(KEYS, ATTRIBUTES, max_size=6).map(Catalog)


@pytest.mark.parametrize(
    ("expected", "found", "result"),
    [
        ({}, {}, []),
        ({TABLE: {}}, {TABLE: {}}, []),
        ({TABLE: {}}, {}, [Difference(TABLE, "", "", None)]),
        ({}, {VIEW: {"definition": "SELECT 1"}},
         [Difference(VIEW, "", None, "definition SELECT 1")]),
        # Of a table that only one has, the columns are not listed.
        ({TABLE: {}, COLUMN: {"type": "text"}}, {}, [Difference(TABLE, "", "", None)]),
        ({}, {COLUMN: {"type": "text"}, TABLE: {}}, [Difference(TABLE, "", None, "")]),
        ({TABLE: {}, COLUMN: {"type": "text", "not null": "yes"}}, {TABLE: {}},
         [Difference(COLUMN, "", "type text, not null", None)]),
        ({COLUMN: {"type": "text"}}, {COLUMN: {"type": "integer"}},
         [Difference(COLUMN, "type", "text", "integer")]),
        ({COLUMN: {"type": "text"}}, {COLUMN: {"type": "text", "not null": "yes"}},
         [Difference(COLUMN, "not null", None, "yes")]),
        ({COLUMN: {"default": "1"}}, {COLUMN: {}}, [Difference(COLUMN, "default", "1", None)]),
        # Two defaults of two databases are not compared, and are not listed.
        ({COLUMN: {"collation": DatabaseDefault("C")}},
         {COLUMN: {"collation": DatabaseDefault("de_DE")}}, []),
        ({COLUMN: {"collation": "C"}}, {COLUMN: {"collation": DatabaseDefault("de_DE")}},
         [Difference(COLUMN, "collation", "C", "de_DE")]),
        ({TABLE: {}}, {TABLE: {}, COLUMN: {"collation": DatabaseDefault("C"), "type": "text"}},
         [Difference(COLUMN, "", None, "type text")]),
    ],
)  # fmt: skip
def test_two_catalogs_have_these_differences(
    expected: dict[ObjectKey, dict[str, str]],
    found: dict[ObjectKey, dict[str, str]],
    result: list[Difference],
) -> None:
    assert differences(Catalog(expected), Catalog(found)) == result


def test_differences_are_in_the_order_of_the_tables() -> None:
    ordered = [
        ObjectKey("column", "a", "x"), ObjectKey("table", "", "a"), ObjectKey("column", "b", "x"),
        ObjectKey("index", "b", "i"), ObjectKey("table", "", "b"), ObjectKey("view", "", "c"),
    ]  # fmt: skip
    expected = Catalog({key: {"comment": "x"} for key in reversed(ordered)})
    found = differences(expected, Catalog({key: {} for key in ordered}))
    assert [each.key for each in found] == ordered


def test_a_difference_is_a_sentence(snapshot: SnapshotAssertion) -> None:
    found = [
        Difference(TABLE, "", "", None),
        Difference(COLUMN, "", "type text, not null", None),
        Difference(VIEW, "", None, "definition SELECT 1"),
        Difference(TABLE, "", None, ""),
        Difference(COLUMN, "type", "text", "integer"),
        Difference(COLUMN, "default", None, "1"),
        Difference(COLUMN, "default", "1", None),
    ]
    assert "\n".join(map(str, found)) == snapshot


@given(catalog=CATALOGS)
def test_a_catalog_does_not_differ_from_itself(catalog: Catalog) -> None:
    assert differences(catalog, Catalog(reversed(catalog.items()))) == []


@given(expected=CATALOGS, found=CATALOGS)
def test_a_difference_in_one_direction_is_one_in_the_other(
    expected: Catalog, found: Catalog
) -> None:
    forward, backward = differences(expected, found), differences(found, expected)
    assert {(each.key, each.attribute, each.expected, each.actual) for each in forward} == {
        (each.key, each.attribute, each.actual, each.expected) for each in backward
    }


@given(expected=CATALOGS, found=CATALOGS)
def test_only_catalogs_that_differ_in_nothing_but_their_defaults_have_no_difference(
    expected: Catalog, found: Catalog
) -> None:
    def comparable(catalog: Catalog) -> dict[ObjectKey, dict[str, object]]:
        return {
            key: {name: isinstance(value, DatabaseDefault) or value for name, value in each.items()}
            for key, each in catalog.items()
        }

    assert (differences(expected, found) == []) is (comparable(expected) == comparable(found))


@pytest.mark.parametrize(
    ("difference", "pattern", "allowed"),
    [
        (Difference(VIEW, "", None, ""), "view cheap", True),
        (Difference(VIEW, "", None, ""), "view *", True),
        (Difference(VIEW, "", None, ""), "view chea?", True),
        (Difference(VIEW, "", None, ""), "view Cheap", False),
        (Difference(VIEW, "", None, ""), "cheap", False),
        (Difference(VIEW, "definition", "a", "b"), "view cheap", True),
        (Difference(VIEW, "definition", "a", "b"), "view cheap: definition", True),
        (Difference(VIEW, "definition", "a", "b"), "view cheap: options", False),
        (Difference(COLUMN, "", "", None), "column items.note", True),
        (Difference(COLUMN, "", "", None), "column *.note", True),
        (Difference(COLUMN, "", "", None), "table items", False),
    ],
)
def test_a_pattern_allows_a_difference(difference: Difference, pattern: str, allowed: bool) -> None:
    assert difference.is_allowed(("index x", pattern)) is allowed
    assert not difference.is_allowed(())


@pytest.mark.parametrize(
    ("key", "attribute", "expected", "found", "stay"),
    [
        (ENUM, "values", "a b", "a b c", True),
        (ENUM, "values", "a b c", "a b", False),
        (ENUM, "values", "a b", "b a", True),
        (ENUM, "comment", "a b", "a b c", False),
        (COLUMN, "values", "a b", "a b c", False),
        (ENUM, "values", "a b", None, False),
    ],
)
def test_values_too_many_stay_in_an_enum(
    key: ObjectKey, attribute: str, expected: str | None, found: str | None, stay: bool
) -> None:
    assert Difference(key, attribute, expected, found).only_adds_enum_values is stay


@pytest.mark.parametrize(("size", "is_whole"), [(200, True), (201, False), (500, False)])
def test_a_long_value_is_shortened_to_one_line(size: int, is_whole: bool) -> None:
    shown = str(Difference(VIEW, "definition", "SELECT\n  1", "x" * size))
    assert "SELECT 1" in shown
    assert "\n" not in shown
    assert shown.count("x") == min(size, 200)
    assert ("x instead of" in shown) is is_whole


@pytest.mark.parametrize(
    ("before", "after", "is_same"),
    [
        ("''::text", "''::character varying", True),
        ("'a'::character varying(20)", "'a'::text", True),
        ("'a'::text", "'b'::text", False),
        ("'a'::mood", "'a'::text", False),
        ("'1'::textual", "'1'", False),
    ],
)
def test_the_cast_of_a_text_as_a_default_is_not_a_difference(
    before: str, after: str, is_same: bool
) -> None:
    found = differences(
        Catalog({COLUMN: {"default": before}}), Catalog({COLUMN: {"default": after}})
    )
    assert (found == []) == is_same
