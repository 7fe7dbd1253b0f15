"""Definitions of indexes, as Alembic code writes them."""

import pytest

from stratakit.sql.indexes import columns_in, parse_index


@pytest.mark.parametrize(
    ("text", "columns", "using", "where"),
    [
        ("(note)", ('"note"',), "", ""),
        ('("Note", id)', ('"Note"', '"id"'), "", ""),
        ("USING btree (note)", ('"note"',), "", ""),
        ("USING gin (data jsonb_path_ops)", ('sa.text("data jsonb_path_ops")',), "gin", ""),
        ("(lower(note), id DESC)", ('sa.text("lower(note)")', 'sa.text("id DESC")'), "", ""),
        ("(note) WHERE a IS NULL OR (a > 0)", ('"note"',), "", "a IS NULL OR(a > 0)"),
        ("(note) INCLUDE (id) WHERE a", ('"note"',), "", "a"),
        ("(coalesce(a, 'x, y'))", ("sa.text(\"coalesce(a, 'x, y')\")",), "", ""),
        ('(lower("Note"))', ("sa.text('lower(\"Note\")')",), "", ""),
        ("NULLS NOT DISTINCT (note)", ('"note"',), "", ""),
        ("USING gist (room WITH =, during WITH &&)",
         ('sa.text("room WITH =")', 'sa.text("during WITH &&")'), "gist", ""),
        ("(`note`(10))", ('sa.text("`note` (10)")',), "", ""),
        ('("a""b")', ("'a\"b'",), "", ""),
        ("", (), "", ""),
    ],
)  # fmt: skip
def test_an_index_has_columns_a_method_and_a_condition(
    text: str, columns: tuple[str, ...], using: str, where: str
) -> None:
    index = parse_index(text)
    assert (index.columns, index.using, index.where) == (columns, using, where)


@pytest.mark.parametrize(
    ("text", "listed"), [("(a, b)", '["a", "b"]'), ("", "[...]"), ("(f(a))", '[sa.text("f(a)")]')]
)
def test_columns_are_listed_as_python(text: str, listed: str) -> None:
    assert parse_index(text).column_list == listed


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ('(a, "B", c DESC) REFERENCES x (id)', ["a", "B", "c"]),
        ("USING btree (a) INCLUDE (b)", ["a"]),
        ("`u` (`a`)", ["a"]),
        ("", []),
    ],
)
def test_the_columns_in_the_first_parentheses(text: str, columns: list[str]) -> None:
    assert columns_in(text) == columns
