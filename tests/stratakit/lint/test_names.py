"""Names that have to be quoted, and tables in a schema: lint sees them, and says them rightly."""

import ast
import io
import re
import tokenize
from pathlib import Path

import pytest

from stratakit.config import Config
from stratakit.lint.rules import load_rules
from stratakit.operations import snippets
from tests.stratakit.lint.revisions import (
    BEFORE,
    lint_project,
    server,
    unchecked,
    violated_rules,
    write_project,
)

NAMES = [
    "amount", "archive", "colour", "day", "item_id", "item_names", "items", "mood", "moods",
    "name", "note", "numbers", "owner_id", "owners", "price", "quantity", "status", "tags",
    "tickets", "visits", "visits_2025", "visits_2026",
]  # fmt: skip
STRING_OR_NAME = re.compile(rf"'[^']*'|\b({'|'.join(NAMES)})\b")
RULES = [
    name for name, rule in load_rules().items() if "postgresql" in (rule.shown_on or rule.backends)
]
# What lint advises for these is the whole change.
ADVISED = [
    "check-validated", "concurrently-in-transaction", "detach-partition", "drop-column",
    "drop-index-without-concurrently", "drop-table", "foreign-key-validated",
    "index-without-concurrently", "primary-key", "refresh-materialized-view", "reindex",
    "rename-enum-value", "rename-table", "set-not-null", "unique-constraint",
]  # fmt: skip
# It is code that comes beside the change, or in place of a part of it.
PARTIAL = ["foreign-key-without-index", "other-connection", "serial-column"]
IN_A_SCHEMA = """
op.execute('CREATE SCHEMA "Shop"')
op.execute('CREATE TABLE "Shop"."Person" (id bigint PRIMARY KEY)')
op.execute('''
    CREATE TABLE "Shop"."Order" (
        id bigint NOT NULL, "end" integer, "personId" bigint, "Note" text DEFAULT ''
    )
''')
op.execute('CREATE INDEX "ix_Order_personId" ON "Shop"."Order" ("personId")')
"""
ORDER = 'ALTER TABLE "Shop"."Order"'
STATEMENTS = {
    "check-validated": f'{ORDER} ADD CONSTRAINT "ck_Order_end" CHECK ("end" >= -2147483648)',
    "drop-column": f'{ORDER} DROP COLUMN "Note"',
    "drop-index-without-concurrently": 'DROP INDEX "Shop"."ix_Order_personId"',
    "drop-table": 'DROP TABLE "Shop"."Order"',
    "foreign-key-validated": f'{ORDER} ADD CONSTRAINT "fk_Order" FOREIGN KEY ("personId") '
    'REFERENCES "Shop"."Person" (id)',
    "foreign-key-without-index": 'CREATE TABLE "Shop"."Line" (id bigint PRIMARY KEY, '
    '"personId" bigint CONSTRAINT "fk_Line" REFERENCES "Shop"."Person" (id))',
    "index-without-concurrently": 'CREATE INDEX "ix_Order_end" ON "Shop"."Order" ("end")',
    "primary-key": f'{ORDER} ADD CONSTRAINT "pk_Order" PRIMARY KEY (id)',
    "reindex": 'REINDEX INDEX "Shop"."ix_Order_personId"',
    "rename-table": f'{ORDER} RENAME TO "Purchase"',
    "set-not-null": f'{ORDER} ALTER COLUMN "Note" SET NOT NULL',
    "unique-constraint": f'{ORDER} ADD CONSTRAINT "uq_Order_end" UNIQUE ("end")',
}


def quote_names(body: str) -> str:
    """The same revision about tables and columns whose names have to be quoted."""
    tokens = [
        token._replace(string=repr(_quote_names(ast.literal_eval(token.string))))
        if token.type == tokenize.STRING
        else token
        for token in tokenize.generate_tokens(io.StringIO(body).readline)
    ]
    return tokenize.untokenize((token.type, token.string) for token in tokens)


def _quote_names(text: str) -> str:
    if re.fullmatch(r"[\w.]+", text):
        return ".".join(part.title() if part in NAMES else part for part in text.split("."))
    return STRING_OR_NAME.sub(lambda it: f'"{it[1].title()}"' if it[1] else it[0], text)


def suggested_bodies(config: Config, rule: str) -> list[str]:
    """What a rule advises for the only revision, as the bodies of revisions."""
    (hint,) = [finding.hint for finding in lint_project(config).findings if finding.rule == rule]
    return hint.split(snippets.NEXT)


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_names_that_have_to_be_quoted_change_nothing(name: str, tmp_path: Path) -> None:
    rule, before = load_rules()[name], quote_names(BEFORE["postgresql"])
    bad, good = (
        write_project(tmp_path / kind, "postgresql", [quote_names(body) for body in bodies], before)
        for kind, bodies in (("bad", rule.bad), ("good", rule.good))
    )
    with server("postgresql"):
        assert name in violated_rules(bad)
        result = lint_project(good)
        assert [str(finding) for finding in result.findings] == []
        assert unchecked(result) == []


@pytest.mark.parametrize("rule", ADVISED)
def test_the_suggestion_is_clean(rule: str, tmp_path: Path) -> None:
    with server("postgresql"):
        bad = write_project(tmp_path / "bad", "postgresql", load_rules()[rule].bad[-1:])
        bodies = suggested_bodies(bad, rule)
        violated = violated_rules(write_project(tmp_path / "good", "postgresql", bodies))
        assert not violated & {rule, "fails"}


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_every_complete_suggestion_is_in_the_list_of_applied_ones(
    rule: str, tmp_path: Path
) -> None:
    with server("postgresql"):
        config = write_project(tmp_path, "postgresql", load_rules()[rule].bad[-1:])
        hints = {each.hint for each in lint_project(config).findings if each.rule == rule}
    is_whole = all(map(_is_whole_change, hints))
    assert is_whole == (rule in [*ADVISED, *PARTIAL]), hints


def _is_whole_change(hint: str) -> bool:
    """Whether a suggestion is code that replaces the whole change."""
    try:
        tree = ast.parse(hint)
    except SyntaxError:
        return False
    return bool(tree.body) and "op." in hint and "..." not in re.sub(r"#.*", "", hint)


UNNAMED = [
    ("foreign-key-validated", f"{ORDER} ADD FOREIGN KEY (\"personId\") "
     'REFERENCES "Shop"."Person" (id)'),
    ("check-validated", f'{ORDER} ADD CHECK ("end" >= -2147483648)'),
    ("unique-constraint", f'{ORDER} ADD UNIQUE ("end")'),
    ("primary-key", f"{ORDER} ADD PRIMARY KEY (id)"),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "statement"), UNNAMED)
def test_the_suggestion_for_an_unnamed_constraint_names_it(
    rule: str, statement: str, tmp_path: Path
) -> None:
    bad = f"op.execute({statement!r})"
    with server("postgresql"):
        config = write_project(tmp_path / "bad", "postgresql", [bad], IN_A_SCHEMA)
        bodies = suggested_bodies(config, rule)
        good = write_project(tmp_path / "good", "postgresql", bodies, IN_A_SCHEMA)
        assert not violated_rules(good) & {rule, "fails"}
    assert '""' not in bodies[0]


@pytest.mark.parametrize("rule", STATEMENTS)
def test_the_suggestion_for_a_table_in_a_schema_is_clean(rule: str, tmp_path: Path) -> None:
    bad = f"op.execute({STATEMENTS[rule]!r})"
    with server("postgresql"):
        bodies = suggested_bodies(
            write_project(tmp_path / "bad", "postgresql", [bad], IN_A_SCHEMA), rule
        )
        if rule == "foreign-key-without-index":
            bodies = ["\n".join([bad, *bodies])]
        violated = violated_rules(
            write_project(tmp_path / "good", "postgresql", bodies, IN_A_SCHEMA)
        )
        assert not violated & {rule, "fails"}


def test_operations_on_a_table_in_a_schema_are_found(tmp_path: Path) -> None:
    function = """op.execute("CREATE FUNCTION made() RETURNS int RETURN random()::int")"""
    body = f"op.execute({f'{ORDER} ADD COLUMN made integer DEFAULT made()'!r})"
    with server("postgresql"):
        violated = violated_rules(
            write_project(tmp_path, "postgresql", [body], IN_A_SCHEMA + function)
        )
    assert "volatile-default" in violated
