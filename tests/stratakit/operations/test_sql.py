"""The SQL of the operations that revisions call, as `stratakit sql` writes it."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from hypothesis import given
from hypothesis import strategies as st

import stratakit.operations  # noqa: F401 - registers them
from stratakit.sql.parser import parse
from stratakit.sql.tokenizer import literal_text, tokenize

Call = Callable[[Any], object]


def _sql(call: Call, dialect: str = "postgresql") -> list[str]:
    """The statements of a call, without the semicolons."""
    buffer = io.StringIO()
    context = MigrationContext.configure(
        dialect_name=dialect, opts={"as_sql": True, "output_buffer": buffer}
    )
    with context.begin_transaction(), Operations.context(context) as op:
        call(op)
    return [line.rstrip(";") for line in buffer.getvalue().splitlines() if line]


@pytest.mark.parametrize(
    ("call", "statements"),
    [
        (
            lambda op: op.validate_constraint("c", "items"),
            ["ALTER TABLE items VALIDATE CONSTRAINT c"],
        ),
        (
            lambda op: op.validate_constraint("C", "Items", schema="My Shop"),
            ['ALTER TABLE "My Shop"."Items" VALIDATE CONSTRAINT "C"'],
        ),
        (
            lambda op: op.create_unique_constraint_using_index("u", "items"),
            ["ALTER TABLE items ADD CONSTRAINT u UNIQUE USING INDEX u"],
        ),
        (
            lambda op: op.create_unique_constraint_using_index(
                "u", "items", index_name="I", deferrable=True, initially="DEFERRED", schema="shop"
            ),
            ['ALTER TABLE shop.items ADD CONSTRAINT u UNIQUE USING INDEX "I" DEFERRABLE '
             "INITIALLY DEFERRED"],
        ),
        (
            lambda op: op.create_not_null_constraint("n", "items", "note"),
            ["ALTER TABLE items ADD CONSTRAINT n NOT NULL note"],
        ),
        (
            lambda op: op.create_not_null_constraint(
                "n", "items", "Note", not_valid=True, schema="shop"
            ),
            ['ALTER TABLE shop.items ADD CONSTRAINT n NOT NULL "Note" NOT VALID'],
        ),
        (
            lambda op: op.create_enum("mood", ["happy", "it's"]),
            ["CREATE TYPE mood AS ENUM ('happy', 'it''s')"],
        ),
        (
            lambda op: op.create_enum("Mood", [], schema="shop"),
            ['CREATE TYPE shop."Mood" AS ENUM ()'],
        ),
        (lambda op: op.drop_enum("mood"), ["DROP TYPE mood"]),
        (
            lambda op: op.rename_enum_value("mood", "it's", "sad", schema="shop"),
            ["ALTER TYPE shop.mood RENAME VALUE 'it''s' TO 'sad'"],
        ),
        (
            lambda op: op.add_enum_value("mood", "calm"),
            ["ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm'"],
        ),
        (
            lambda op: op.add_enum_value("Mood", "it's", before="happy", schema="shop"),
            ["ALTER TYPE shop.\"Mood\" ADD VALUE IF NOT EXISTS 'it''s' BEFORE 'happy'"],
        ),
        (
            lambda op: op.add_enum_value("mood", "calm", after="it's"),
            ["ALTER TYPE mood ADD VALUE IF NOT EXISTS 'calm' AFTER 'it''s'"],
        ),
    ],
)  # fmt: skip
def test_an_operation_has_this_sql(call: Call, statements: list[str]) -> None:
    assert _sql(call) == ["BEGIN", *statements, "COMMIT"]


def test_a_backfill_is_a_loop_of_transactions() -> None:
    before, block, *_ = [
        line
        for line in _sql(
            lambda op: op.fill_in_batches(
                "items", "Note", "'a:b'", key="id", rows=50, schema="shop"
            )
        )
        if line != "BEGIN"
    ]
    assert before == "COMMIT"
    assert [each.kind for each in parse(block)] == ["update"]
    (update,) = parse(block)
    assert update.table == "shop.items"
    assert update.has("LIMIT 50")
    assert "'a:b'" in update.text


# A percent sign is doubled by SQLAlchemy in SQL that Alembic writes instead of executing it.
NAME = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="%")
)


@given(name=NAME.filter(bool), value=NAME)
def test_any_name_and_value_is_quoted(name: str, value: str) -> None:
    (_, sql, _) = _sql(lambda op: op.rename_enum_value(name, value, "new"))
    (action,) = parse(sql)
    assert (action.kind, action.name) == ("rename enum value", name)
    assert literal_text(tokenize(action.text)[0]) == value


@pytest.mark.parametrize("value", [":smile", "at :noon"])
def test_a_colon_in_a_value_is_not_a_parameter(value: str) -> None:
    (_, sql, _) = _sql(lambda op: op.rename_enum_value("mood", value, "new"))
    assert f"'{value}'" in sql
