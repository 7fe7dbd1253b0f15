"""The text that SQLite keeps of a table and an index, taken apart."""

import sqlite3
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratakit.catalog.sqlite.ddl import (
    Constraint,
    batch_table,
    find_option,
    normalize,
    parse_index,
    parse_table,
    words,
)

DEFERRED = {"deferrable": "deferrable initially deferred"}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("CREATE  TABLE\nT", ["create", "table", "t"]),
        ('"The Table" `The Table` [The Table]', ["the table"] * 3),
        ('"a""b"', ['a"b']),
        ("'It''s' X", ["'It''s'", "x"]),
        ("a -- b, c\n, d /* e */ f", ["a", ",", "d", "f"]),
        ("a<>b<=c>=d==e!=f||g", ["a", "<>", "b", "<=", "c", ">=", "d", "==", "e", "!=", "f", "||",
                                  "g"]),
        ('"check" CHECK', ['"check"', "check"]),
        ("größe Äpfel", ["größe", "äpfel"]),
        ("", []),
    ],
)  # fmt: skip
def test_a_statement_has_these_words(sql: str, expected: list[str]) -> None:
    assert words(sql) == expected


@pytest.mark.parametrize(
    ("expression", "same"),
    [
        ("(A > 0)", "a>0"),
        ("((A) > (0))", "(a) > (0)"),
        ("(a) > (0)", "( a )>( 0 )"),
        ("\"A\" = 'x'", "a = 'x'"),
        ("(((1)))", "1"),
    ],
)
def test_expressions_are_the_same(expression: str, same: str) -> None:
    assert normalize(expression) == normalize(same)


@pytest.mark.parametrize(
    ("expression", "other"), [("a = 'X'", "a = 'x'"), ("a > 0", "a >= 0"), ("(a) + (b)", "a) + (b")]
)
def test_expressions_differ(expression: str, other: str) -> None:
    assert normalize(expression) != normalize(other)


@pytest.mark.parametrize(
    ("body", "constraints"),
    [
        ("id integer", []),
        ("id integer PRIMARY KEY", [Constraint("primary", "", ("id",))]),
        ("id integer CONSTRAINT pk PRIMARY KEY", [Constraint("primary", "pk", ("id",))]),
        (
            "id integer PRIMARY KEY ASC ON CONFLICT REPLACE",
            [Constraint("primary", "", ("id",), "", {"on conflict": "replace"})],
        ),
        ("a int, b int, CONSTRAINT k PRIMARY KEY (a, b)", [Constraint("primary", "k", ("a", "b"))]),
        ("a int, b int, PRIMARY KEY (a DESC, b COLLATE nocase)",
         [Constraint("primary", "", ("a", "b"))]),
        ("a int UNIQUE ON CONFLICT IGNORE",
         [Constraint("unique", "", ("a",), "", {"on conflict": "ignore"})]),
        ('"A" int, CONSTRAINT "Uq" UNIQUE ("A")', [Constraint("unique", "uq", ("a",))]),
        ("a int CONSTRAINT n NOT NULL UNIQUE", [Constraint("unique", "", ("a",))]),
        ("a int CONSTRAINT n NOT NULL CONSTRAINT u UNIQUE", [Constraint("unique", "u", ("a",))]),
        ("a text CONSTRAINT d DEFAULT 'x, y' UNIQUE", [Constraint("unique", "", ("a",))]),
        ("a int CHECK (a > 0)", [Constraint("check", "", (), "a > 0")]),
        ("a int, CONSTRAINT c CHECK ((a IN (1)))", [Constraint("check", "c", (), "a in ( 1 )")]),
        ("a int, CHECK (a > 0), CHECK (a < 9)",
         [Constraint("check", "", (), "a > 0"), Constraint("check", "", (), "a < 9")]),
        ("a text CHECK (a <> 'unique')", [Constraint("check", "", (), "a <> 'unique'")]),
        ("a int REFERENCES b (id)", [Constraint("foreign", "", ("a",))]),
        (
            "a int CONSTRAINT f REFERENCES b NOT DEFERRABLE",
            [Constraint("foreign", "f", ("a",), "", {"deferrable": "not deferrable"})],
        ),
        (
            "a int, FOREIGN KEY (a) REFERENCES b DEFERRABLE INITIALLY DEFERRED",
            [Constraint("foreign", "", ("a",), "", DEFERRED)],
        ),
        (
            "a int UNIQUE REFERENCES b DEFERRABLE",
            [Constraint("unique", "", ("a",)),
             Constraint("foreign", "", ("a",), "", {"deferrable": "deferrable"})],
        ),
        (
            "a int, b int, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES c (x, y) ON DELETE CASCADE",
            [Constraint("foreign", "f", ("a", "b"))],
        ),
        ('"check" int, "unique" int UNIQUE', [Constraint("unique", "", ('"unique"',))]),
        ("a decimal(10, 2), b int UNIQUE", [Constraint("unique", "", ("b",))]),
        ("b int, a int GENERATED ALWAYS AS (b * 2) UNIQUE", [Constraint("unique", "", ("a",))]),
        ("a int, -- the CHECK (of) b\n b int UNIQUE", [Constraint("unique", "", ("b",))]),
    ],
)  # fmt: skip
def test_a_table_has_these_constraints(body: str, constraints: list[Constraint]) -> None:
    sql = f"CREATE TABLE t ({body})"
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(sql)  # The statement is one of SQLite's.
    assert parse_table(sql).constraints == constraints


def test_a_constraint_is_found_by_its_kind_and_columns() -> None:
    table = parse_table(
        "CREATE TABLE t (A int UNIQUE, b int, CONSTRAINT u UNIQUE (b, a), CHECK (a > 0))"
    )
    assert table.constraint("unique", ["B", "A"]).name == "u"
    assert table.constraint("unique", ["a"]) == Constraint("unique", "", ("a",))
    assert table.constraint("unique", ["b"]) == Constraint("unique")
    assert [check.definition for check in table.checks] == ["a > 0"]


def test_a_column_with_the_name_of_a_keyword_is_found() -> None:
    table = parse_table('CREATE TABLE t ("Check" text COLLATE nocase CONSTRAINT u UNIQUE)')
    assert table.constraint("unique", ["Check"]).name == "u"
    assert table.column("Check") == ["text", "collate", "nocase", "constraint", "u", "unique"]
    assert table.column("absent") == []


def test_a_statement_without_columns_has_none() -> None:
    assert parse_table("CREATE TABLE t AS SELECT 1").columns == {}


@pytest.mark.parametrize(
    ("definition", "word", "expected"),
    [
        ("text COLLATE NoCase NOT NULL", "collate", "nocase"),
        ("text NOT NULL", "collate", None),
        ("int GENERATED ALWAYS AS (b * (2 + 1)) STORED", "as", "b * ( 2 + 1 )"),
        ("int AS ((b))", "as", "b"),
        ("int CHECK (a = b COLLATE nocase)", "collate", None),
        ("text COLLATE", "collate", None),
    ],
)
def test_an_option_of_a_column(definition: str, word: str, expected: str | None) -> None:
    assert find_option(words(definition), word) == expected


@pytest.mark.parametrize(
    ("sql", "columns", "condition"),
    [
        ("CREATE INDEX i ON t (a)", "a", ""),
        ('CREATE UNIQUE INDEX "i(x" ON t ("A" DESC, lower(b))', "a desc , lower ( b )", ""),
        ("CREATE INDEX i ON t (a) WHERE (a > 0)", "a", "a > 0"),
        ("CREATE INDEX i ON t (a) WHERE a > 0 AND (b = 1)", "a", "a > 0 and ( b = 1 )"),
    ],
)
def test_an_index_has_columns_and_a_condition(sql: str, columns: str, condition: str) -> None:
    assert parse_index(sql) == (columns, condition)


@pytest.mark.parametrize(
    ("sql", "table"),
    [
        ("\nCREATE TABLE _alembic_tmp_items (\n\tid INTEGER", "items"),
        ('CREATE TABLE "_alembic_tmp_Items" (id', "Items"),
        ('CREATE TABLE "_alembic_tmp_Mixed Case" (id', "Mixed Case"),
        ("CREATE TABLE items (id", ""),
        ("INSERT INTO _alembic_tmp_items (id", ""),
    ],
)
def test_a_batch_copy_is_recognized(sql: str, table: str) -> None:
    assert batch_table(sql) == table


NAMES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_characters='\0(),"[]`'), min_size=1, max_size=8),
    min_size=2,
    max_size=4,
    unique_by=str.lower,
)


@given(names=NAMES, quotes=st.sampled_from(['""', "``", "[]"]))
def test_quoted_columns_are_found_by_the_names_that_sqlite_reports(
    names: list[str], quotes: str
) -> None:
    first, *more = (f"{quotes[0]}{name}{quotes[1]}" for name in names)
    columns = ", ".join([first, *(f"{name} text" for name in more)])
    sql = f"CREATE TABLE t ({columns}, CONSTRAINT u UNIQUE ({', '.join([first, *more])}))"
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(sql)
        reported = [row[1] for row in connection.execute("PRAGMA table_info(t)")]
    assert reported == names
    assert parse_table(sql).constraint("unique", reported).name == "u"
    assert len(parse_table(sql).columns) == len(names)
