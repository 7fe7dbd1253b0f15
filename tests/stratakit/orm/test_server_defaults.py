"""The server default that says the same as the default of a model."""

import enum
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    Boolean,
    Column,
    Computed,
    Enum,
    Float,
    Identity,
    Integer,
    Numeric,
    String,
    false,
    func,
    text,
    true,
)

from stratakit.orm.server_defaults import has_server_value, literal, matches_model


class Mood(enum.Enum):
    HAPPY = "happy"
    SAD = "sad"


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (Column("a", String), None),
        (Column("a", String, default="new"), "new"),
        (Column("a", String, default=""), ""),
        (Column("a", Integer, default=0), "0"),
        (Column("a", Integer, default=-5), "-5"),
        (Column("a", Float, default=1.5), "1.5"),
        (Column("a", Numeric, default=Decimal("1.50")), "1.50"),
        (Column("a", Enum(Mood), default=Mood.HAPPY), "HAPPY"),
        (Column("a", Enum(Mood, values_callable=lambda mood: [m.value for m in mood]),
                default=Mood.SAD), "sad"),
        (Column("a", Enum("x", "y"), default="x"), "x"),
        (Column("a", String, default=Mood.SAD), None),
        (Column("a", String, default=lambda: "new"), None),
        (Column("a", String, default=func.now()), None),
        (Column("a", String, default=b"new"), None),
        (Column("a", String, default=["new"]), None),
    ],
)  # fmt: skip
def test_a_scalar_default_has_a_literal(column: "Column[Any]", expected: str | None) -> None:
    assert literal(column) == expected


def test_a_boolean_is_written_as_each_database_writes_it() -> None:
    yes, no = Column("a", Boolean, default=True), Column("a", Boolean, default=False)
    assert str(literal(yes)) == str(true())
    assert str(literal(no)) == str(false())


@pytest.mark.parametrize(
    ("column", "has"),
    [
        (Column("a", Integer), False),
        (Column("a", Integer, default=5), False),
        (Column("a", Integer, server_default="5"), True),
        (Column("a", Integer, Computed("b + 1")), True),
        (Column("a", Integer, Identity()), True),
    ],
)
def test_the_server_has_a_value_of_its_own(column: "Column[Any]", has: bool) -> None:
    assert has_server_value(column) is has


@pytest.mark.parametrize(
    ("column", "reported", "matches"),
    [
        (Column("a", Integer, default=5), "5", True),
        (Column("a", Integer, default=5), "'5'", True),
        (Column("a", Integer, default=5), "'5'::bigint", True),
        (Column("a", Integer, default=5), "(5)::numeric", True),
        (Column("a", Integer, default=-5), "'-5'::integer", True),
        (Column("a", Integer, default=-5), "(-5)", True),
        (Column("a", Integer, default=5), "6", False),
        (Column("a", Integer, default=5), "nextval('s'::regclass)", False),
        (Column("a", Numeric(10, 2), default=Decimal("1.50")), "1.50::numeric(10,2)", True),
        (Column("a", Float, default=0.5), "'0.5'::double precision", True),
        (Column("a", Boolean, default=True), "true", True),
        (Column("a", Boolean, default=True), "'1'", True),
        (Column("a", Boolean, default=True), "(1)", True),
        (Column("a", Boolean, default=True), "false", False),
        (Column("a", Boolean, default=False), "FALSE", True),
        (Column("a", Boolean, default=False), "0", True),
        (Column("a", Boolean, default=False), "1", False),
        (Column("a", Enum(Mood), default=Mood.SAD), "'SAD'::shop.\"Mood\"", True),
        (Column("a", String, default="x"), None, False),
        (Column("a", String), "'x'", False),
        (Column("a", String, default="x", server_default="x"), "'x'", False),
        (Column("a", String, default=lambda: "x"), "'x'", False),
        (Column("a", String, default="x"), "x", True),
        (Column("a", String, default="a::b"), "'a::b'", True),
    ],
)
def test_a_default_of_the_server_is_that_of_the_model(
    column: "Column[Any]", reported: str | None, matches: bool
) -> None:
    assert matches_model(column, reported) is matches


@given(
    value=st.text(st.characters(codec="utf-8")),
    other=st.text(st.characters(codec="utf-8")),
    suffix=st.sampled_from(
        ["", "::text", "::character varying", "::character varying(20)", '::shop."Mood"']
    ),
)
def test_any_text_is_recognized_and_no_other(value: str, other: str, suffix: str) -> None:
    column = Column("a", String, default=value)
    for each in (value, other):
        reported = "'" + each.replace("'", "''") + "'" + suffix
        assert matches_model(column, reported) is (each == value)
        assert matches_model(column, f"({reported})") is (each == value)


def test_a_default_that_is_an_expression_has_no_literal() -> None:
    assert literal(Column("a", String, default=text("now()"))) is None
