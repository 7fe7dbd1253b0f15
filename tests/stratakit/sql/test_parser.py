"""Each statement has its actions, however it is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratakit.sql.action import Action
from stratakit.sql.parser import parse
from stratakit.sql.tokenizer import STRINGS, split_statements, token_pattern, tokenize
from tests.stratakit.sql.statements import STATEMENTS, Expected

# A comment may balance the quotes of the other dialect's reading of a backslash before a quote.
SQL = st.sampled_from([statement for statement, _ in STATEMENTS if "\\'" not in statement])
SPACE = st.sampled_from([" ", "\n", "\t\r\n", " /* ; ' */ ", " -- don't; DROP TABLE x\n", "/**/"])
IDENTIFIER = st.from_regex(r"[a-zäß_][a-z0-9äß_]{2,8}zz", fullmatch=True)
NAME = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
# Each with its kind, for a table and the name of something in it.
TEMPLATES = [
    ("ALTER TABLE {table} ADD COLUMN {name} int", "add column"),
    ("ALTER TABLE IF EXISTS ONLY {table} ADD {name} int", "add column"),
    ("ALTER TABLE {table} DROP COLUMN IF EXISTS {name} CASCADE", "drop column"),
    ("ALTER TABLE {table} RENAME COLUMN {name} TO other", "rename column"),
    ("ALTER TABLE {table} RENAME {name} TO other", "rename column"),
    ("ALTER TABLE {table} ALTER COLUMN {name} TYPE text", "alter type"),
    ("ALTER TABLE {table} ALTER {name} SET NOT NULL", "set not null"),
    ("ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT", "drop default"),
    ("ALTER TABLE {table} MODIFY {name} int", "modify column"),
    ("ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (a > 0)", "add check"),
    ("ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (a)", "add unique"),
    ("ALTER TABLE {table} ADD UNIQUE KEY {name} (a)", "add unique"),
    ("ALTER TABLE {table} ADD INDEX {name} (a)", "create index"),
    ("ALTER TABLE {table} VALIDATE CONSTRAINT {name}", "validate constraint"),
    ("ALTER TABLE {table} DROP CONSTRAINT {name}", "drop constraint"),
    ("ALTER TABLE {table} DROP INDEX {name}", "drop index"),
    ("ALTER VIEW {table} RENAME COLUMN {name} TO other", "rename column"),
    ("CREATE UNIQUE INDEX {name} ON {table} (a)", "create index"),
    ("CREATE TRIGGER {name} AFTER INSERT ON {table} EXECUTE FUNCTION f()", "create trigger"),
    ("CREATE POLICY {name} ON {table} USING (true)", "create policy"),
    ("DROP INDEX {name} ON {table}", "drop index"),
    ("DROP TRIGGER IF EXISTS {name} ON {table}", "drop trigger"),
    ("ALTER POLICY {name} ON {table} USING (true)", "alter policy"),
]
TABLE_TEMPLATES = [
    ("CREATE TABLE IF NOT EXISTS {table} AS SELECT 1", "create table"),
    ("DROP TABLE IF EXISTS {table}", "drop table"),
    ("DROP TABLE other, {table} CASCADE", "drop table"),
    ("ALTER TABLE {table} RENAME TO other", "rename table"),
    ("ALTER TABLE other RENAME TO x; RENAME TABLE {table} TO other", "rename table"),
    ("TRUNCATE TABLE {table}", "truncate"),
    ("UPDATE {table} SET a = 1", "update"),
    ("DELETE FROM {table}", "delete"),
    ("INSERT INTO {table} VALUES (1)", "insert"),
    ("WITH x AS (SELECT 1) UPDATE {table} SET a = 1", "update"),
    ("LOCK TABLE {table}", "lock table"),
    ("REVOKE SELECT ON {table} FROM x", "revoke"),
    ("REFRESH MATERIALIZED VIEW {table}", "refresh materialized view"),
]


def as_tuples(sql: str) -> list[tuple[str, str, str, str, frozenset[str]]]:
    return [
        (each.kind, each.table, each.name, each.text, frozenset(each.flags)) for each in parse(sql)
    ]


def lower_texts(sql: str) -> list[tuple[str, str, str, str, frozenset[str]]]:
    return [
        (kind, table, name, text.lower(), flags)
        for kind, table, name, text, flags in as_tuples(sql)
    ]


def double_quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def backtick(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


@pytest.mark.parametrize(("sql", "expected"), STATEMENTS)
def test_a_statement_has_these_actions(sql: str, expected: list[Expected]) -> None:
    assert as_tuples(sql) == [
        (*each[:4], *("",) * (4 - len(each)), frozenset(each[4:])) for each in expected
    ]


@given(sql=SQL, data=st.data())
def test_the_case_of_words_outside_of_quotes_does_not_count(sql: str, data: st.DataObject) -> None:
    words = tokenize(sql)
    recased = [
        data.draw(st.sampled_from([word, word.lower(), word.upper(), word.swapcase()]))
        if word.isascii() and word.isidentifier()
        else word
        for word in words
    ]
    assert lower_texts(" ".join(recased)) == lower_texts(sql)


@given(sql=SQL, data=st.data())
def test_comments_and_white_space_do_not_count(sql: str, data: st.DataObject) -> None:
    words = tokenize(sql)
    spaces = data.draw(st.lists(SPACE, min_size=len(words) + 1, max_size=len(words) + 1))
    spaced = "".join(space + word for space, word in zip(spaces, [*words, ""], strict=True))
    assert as_tuples(spaced) == as_tuples(sql)


@given(statements=st.lists(SQL, max_size=4))
def test_several_statements_have_the_actions_of_each(statements: list[str]) -> None:
    together = "\n;\n".join(statements)
    assert as_tuples(together) == [each for sql in statements for each in as_tuples(sql)]


@given(
    template=st.sampled_from(TEMPLATES),
    table=NAME,
    name=NAME,
)
def test_a_quoted_name_is_found_as_it_is(template: tuple[str, str], table: str, name: str) -> None:
    sql, kind = template
    for quote in (double_quote, backtick):
        *_, action = parse(sql.format(table=quote(table), name=quote(name)))
        assert (action.kind, action.table, action.name) == (kind, table, name)


@given(template=st.sampled_from(TEMPLATES), table=IDENTIFIER, name=IDENTIFIER)
def test_quoting_a_name_changes_no_action(template: tuple[str, str], table: str, name: str) -> None:
    sql, _ = template
    bare = as_tuples(sql.format(table=table, name=name))
    assert as_tuples(sql.format(table=double_quote(table), name=backtick(name))) == bare
    assert as_tuples(sql.format(table=table.upper(), name=name.upper())) == [
        (kind, table.upper().lower(), name.upper().lower(), text, flags)
        for kind, _, _, text, flags in bare
    ]


@given(template=st.sampled_from(TABLE_TEMPLATES), schema=NAME, table=NAME)
def test_the_schema_of_a_table_is_kept_unless_it_is_the_default(
    template: tuple[str, str], schema: str, table: str
) -> None:
    sql, kind = template
    qualified = sql.format(table=f"{double_quote(schema)} . {double_quote(table)}")
    for default, expected in (("another schema", f"{schema}.{table}"), (schema, table)):
        *_, action = parse(qualified, default)
        assert (action.kind, action.table) == (kind, expected)


def test_the_default_schema_is_that_of_a_statement_in_a_block() -> None:
    for sql in (
        "DO $$ BEGIN DROP TABLE shop.tags; END $$",
        "DO $$ BEGIN EXECUTE 'DROP TABLE shop.tags'; END $$",
    ):
        for default, table in (("shop", "tags"), ("public", "shop.tags")):
            (action,) = parse(sql, default)
            assert action.table == table


@given(text=st.text() | st.lists(SQL.flatmap(lambda s: st.sampled_from([*tokenize(s), ";"]))
                                 | SPACE | st.text(max_size=2)).map(" ".join))  # fmt: skip
def test_any_text_is_parsed_into_actions(text: str) -> None:
    assert all(isinstance(each, Action) and each.kind == each.kind.lower() for each in parse(text))


@given(text=st.text() | st.text("'\"`$/*-!;\\ \nEen%(s).:") | SQL)
def test_no_character_is_lost(text: str) -> None:
    for string in STRINGS:
        assert "".join(token[0] for token in token_pattern(string).finditer(text)) == text


@given(text=st.text("'\"`$ab;( )\n") | SQL)
def test_a_statement_is_split_into_the_words_of_the_text(text: str) -> None:
    statements = list(split_statements(text))
    assert all(statements)
    without_ends = [word for words in statements for word in words if word != ";"]
    assert without_ends == [word for word in tokenize(text) if word != ";"]
