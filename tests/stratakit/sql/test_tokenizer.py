"""Words, names and literals of SQL."""

import ast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stratakit.sql.action import Action
from stratakit.sql.tokenizer import (
    Tokens,
    as_python,
    first_name,
    join_words,
    literal_text,
    split_at_commas,
    tokenize,
    unquote,
)
from tests.stratakit.sql.statements import STATEMENTS


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("a.b", ["a", ".", "b"]),
        ("a::text[1]", ["a", "::", "text", "[", "1", "]"]),
        ("1.50 2e10 3E-4 0xFF 5.", ["1.50", "2e10", "3E-4", "0xFF", "5."]),
        ("a<=b>=c<>d!=e", ["a", "<=", "b", ">=", "c", "<>", "d", "!=", "e"]),
        ("a->b->>c#>d#>>e", ["a", "->", "b", "->>", "c", "#>", "d", "#>>", "e"]),
        ("a&&b||c@>d<@e", ["a", "&&", "b", "||", "c", "@>", "d", "<@", "e"]),
        ("a~*b!~c!~*d", ["a", "~*", "b", "!~", "c", "!~*", "d"]),
        ("@@a @b := :c %(d)s %s $1 ?",
         ["@@", "a", "@", "b", ":=", ":c", "%(d)s", "%s", "$1", "?"]),
        ("a%s", ["a", "%s"]),
        ("'it''s' N'x' e'it\\'s'", ["'it''s'", "N'x'", "e'it\\'s'"]),
        ("'a\\\\' 'b'", ["'a\\\\'", "'b'"]),
        ("'it\\'s'", ["'it\\'s'"]),
        ("'C:\\'", ["'C:\\'"]),
        ("'C:\\', 'D:\\'", ["'C:\\'", ",", "'D:\\'"]),
        ("'it\\'s', 'C:\\\\'", ["'it\\'s'", ",", "'C:\\\\'"]),
        ('"a""b" `c``d`', ['"a""b"', "`c``d`"]),
        ("$$a'b$$ $x$ $$ $x$", ["$$a'b$$", "$x$ $$ $x$"]),
        ("a/*b*/c--d\ne", ["a", "c", "e"]),
        ("a/*b/*c*/d*/e", ["a", "e"]),
        ("a/*b/*c*/d", ["a", "d"]),
        ("a/*!b*/c/*!50001d*/", ["a", "b", "c", "d"]),
        ("a -- b", ["a"]),
        ("'open", ["'", "open"]),
        ("/*open", ["/", "*", "open"]),
        ("ä_ß$1 größe表😀", ["ä_ß$1", "größe表😀"]),
    ],
)  # fmt: skip
def test_a_text_has_these_words(sql: str, words: list[str]) -> None:
    assert tokenize(sql) == words


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["a", ".", "b", "::", "text", "[", "]"], "a.b::text[]"),
        (["lower", "(", "a", ",", "b", ")", "=", "1"], "lower(a, b) = 1"),
        (['"A"', "(", "id", ")"], '"A" (id)'),
        (["(", "(", "a", ")", ")"], "((a))"),
        (["'a . b'", ",", "'( c )'", "'d :: e'"], "'a . b', '( c )' 'd :: e'"),
        (["@@", "x", "@", "y"], "@@x @y"),
        ([], ""),
    ],
)
def test_words_are_joined_as_people_write_them(words: list[str], text: str) -> None:
    assert join_words(words) == text


@pytest.mark.parametrize("sql", [sql for sql, _ in STATEMENTS])
def test_joined_words_are_the_same_words_again(sql: str) -> None:
    words = tokenize(sql)
    assert tokenize(join_words(words)) == words


@pytest.mark.parametrize(
    ("words", "items"),
    [
        (["a"], [["a"]]),
        (["a", ",", "b", "c"], [["a"], ["b", "c"]]),
        (["f", "(", "a", ",", "b", ")", ",", "c"], [["f", "(", "a", ",", "b", ")"], ["c"]]),
        ([], []),
    ],
)
def test_only_a_comma_outside_of_parentheses_separates(
    words: list[str], items: list[list[str]]
) -> None:
    assert list(split_at_commas(words)) == items


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("'a'", "a"),
        ("'it''s'", "it's"),
        ("E'a'", "a"),
        ("n'a'", "a"),
        ("''", ""),
        ("$$ a ' $$", " a ' "),
        ("$x$ $$ $x$", " $$ "),
        ("a", None),
        ('"a"', None),
        ("$1", None),
    ],
)
def test_only_a_string_has_a_text(word: str, text: str | None) -> None:
    assert literal_text(word) == text


@given(text=st.text())
def test_a_string_has_the_text_that_was_quoted(text: str) -> None:
    assert literal_text("'" + text.replace("'", "''") + "'") == text


@given(text=st.text())
@example(text="a\\b")
@example(text="a\nb")
@example(text="a'b\"c")
def test_a_text_rendered_as_python_is_that_text(text: str) -> None:
    assert ast.literal_eval(as_python(text)) == text


def test_python_is_rendered_in_double_quotes_where_that_needs_no_escape() -> None:
    assert [as_python(text) for text in ("a", "it's", 'say "a"')] == [
        '"a"', '"it\'s"', "'say \"a\"'"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "name"),
    [("Items", "items"), ('"Items"', "Items"), ("`Items`", "Items"), ('"a""b"', 'a"b'), ("", "")],
)
def test_a_name_without_quotes_is_folded(word: str, name: str) -> None:
    assert unquote(word) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("items SET a = 1", "items"),
        ('shop."Items" SET a = 1', "shop.Items"),
        ("public.items", "items"),
        ("'a'::mood", "'a'"),
        ("", ""),
    ],
)
def test_the_first_name_of_a_text(text: str, name: str) -> None:
    assert first_name(text) == name


def test_tokens_are_read_from_left_to_right() -> None:
    tokens = Tokens(["Alter", "table", "a", ".", "b", "(", "c", "(", "d", ")", ")", "e"])
    assert not tokens.take("ALTER", "INDEX")
    assert tokens.take_any("ALTER INDEX", "ALTER TABLE", "ALTER") == "ALTER TABLE"
    assert tokens.take_name() == "a.b"
    assert tokens.take_parentheses() == ["c", "(", "d", ")"]
    assert tokens.take_parentheses() == []
    assert (tokens.text, tokens.rest, bool(tokens)) == ("e", ["e"], True)
    assert tokens.take_word() == "e"
    assert (tokens.take_word(), tokens.take_name(), bool(tokens)) == ("", "", False)


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("SET a = 1 WHERE id = 2", True),
        ("set a = 1 where id = 2", True),
        ("SET a = 1", False),
        ("SET a = 'x WHERE y'", False),
        ("SET a = 'it''s' WHERE b", True),
        ('SET "where" = 1', False),
        ("SET a = somewhere", False),
        ("SET a = $$ WHERE $$", False),
        ("SET a = 1 /* WHERE */", False),
    ],
)
def test_an_action_has_a_word_outside_of_strings_and_quoted_names(text: str, has: bool) -> None:
    assert Action("update", text=text).has("WHERE") is has


def test_an_action_has_a_phrase() -> None:
    action = Action("insert", text="SELECT a FETCH  FIRST 5 ROWS")
    assert action.has("FETCH FIRST")
    assert not action.has("FIRST FETCH")
    assert Action("update", text="x = 1").has("X")
