"""Revisions that fail: on the scratch database, on its rows, for its limits, or before the rest."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stratakit.config import Backend
from tests.stratakit.lint.revisions import lint_project, server, violated_rules, write_project

ALLOWED = "# migrate: allow {} -- no running code uses it\n"
DROP = 'op.drop_column("items", "note")'
UPDATE = "UPDATE items SET note = 'x'"
TWO_DROPS = 'for name in ("tags", "nope"):\n    op.drop_table(name)'

FAILING: list[tuple[Backend, str, str]] = [
    ("postgresql", "drop-column", 'op.execute("ALTER TABLE items DROP COLUMN note; SELECT nope")'),
    ("postgresql", "whole-table-change", f'op.execute("{UPDATE}; UPDATE nope SET a = 1")'),
    ("postgresql", "drop-table", TWO_DROPS),
    (
        "postgresql",
        "concurrently-in-transaction",
        'op.create_index("i", "items", ["note"], postgresql_concurrently=True)',
    ),
    ("sqlite", "drop-table", TWO_DROPS),
    ("mysql", "drop-table", TWO_DROPS),
]


@pytest.mark.parametrize("is_allowed", [True, False], ids=["suppressed", "found"])
@pytest.mark.parametrize(("backend", "rule", "body"), FAILING)
def test_a_failure_is_found_in_addition_to_another_danger_of_its_line(
    backend: Backend, rule: str, body: str, is_allowed: bool, tmp_path: Path
) -> None:
    comment = ALLOWED.format(rule) if is_allowed else ""
    with server(backend):
        violated = violated_rules(write_project(tmp_path, backend, [comment + body]))
    assert "fails" in violated
    assert (rule in violated) is not is_allowed


LOOP = 'for row in op.get_bind().execute(sa.text("SELECT id, name FROM owners")).all():\n    '
ON_ROWS = [
    "import uuid\n" + LOOP + "uuid.UUID(row.name)",
    "import json\n" + LOOP + "json.loads(row.name)",
    LOOP + 'row.name.split("@")[1]',
    LOOP + 'raise RuntimeError(f"no such owner: {row.name}")',
    LOOP + "op.execute(\"INSERT INTO owners (id, name) VALUES (1, 'first')\")",
    LOOP + "op.get_bind().connection.cursor().execute(\"INSERT INTO owners VALUES (1, 'x')\")",
]


@pytest.mark.parametrize("backend", ["postgresql", "sqlite", "mysql"])
@pytest.mark.parametrize("body", ON_ROWS)
def test_a_failure_on_the_sample_rows_is_reported_and_linting_continues(
    backend: Backend, body: str, tmp_path: Path
) -> None:
    with server(backend):
        result = lint_project(write_project(tmp_path, backend, [body, DROP]))
    rules = {(finding.file[-7:], finding.rule) for finding in result.findings}
    assert ("r002.py", "drop-column") in rules
    assert ("r001.py", "fails") not in rules
    (said,) = result.skipped
    assert "r001 " in said
    assert "sample rows" in said
    assert "(line " in said


@pytest.mark.parametrize("body", [LOOP + 'op.execute("UPDATE nope SET a = 1")', LOOP + "undefined"])
def test_a_failure_that_only_a_loop_over_rows_reaches_is_found(body: str, tmp_path: Path) -> None:
    with server("postgresql"):
        assert "fails" in violated_rules(write_project(tmp_path, "postgresql", [body]))


def test_rows_that_a_revision_needs_are_those_of_the_revisions_before_it(tmp_path: Path) -> None:
    before = (
        'op.execute("CREATE TABLE kinds (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")\n'
        "op.execute(\"INSERT INTO kinds VALUES (1, 'old')\")\n"
        'op.execute("CREATE TABLE parts (id INTEGER PRIMARY KEY, code TEXT)")'
    )
    body = (
        "connection = op.get_bind()\n"
        "connection.execute(sa.text(\"SELECT id FROM kinds WHERE name = 'old'\")).scalar_one()\n"
        'for row in connection.execute(sa.text("SELECT code FROM parts")).all():\n'
        "    int(row.code)"
    )
    result = lint_project(write_project(tmp_path, "sqlite", [body], before))
    assert [str(finding) for finding in result.findings] == []
    assert "sample rows" in result.skipped[0]


LIMITS: list[tuple[Backend, str, str]] = [
    ("postgresql", "nothing_such", "CREATE EXTENSION nothing_such"),
    ("postgresql", "nothing_such", "CREATE EXTENSION IF NOT EXISTS nothing_such SCHEMA public"),
    ("postgresql", "xx-y", r"CREATE TABLE z (a text COLLATE \"xx-y\")"),
    ("postgresql", "xx_YY", "CREATE COLLATION c (locale = 'xx_YY.utf8')"),
    ("postgresql", "plnone", "CREATE FUNCTION f() RETURNS int LANGUAGE plnone AS ''"),
    ("postgresql", "fast", "CREATE TABLE z (a int) TABLESPACE fast"),
    ("postgresql", "columnar", "CREATE TABLE z (a int) USING columnar"),
    ("postgresql", "nobody", "GRANT SELECT ON items TO nobody"),
    ("mysql", "utf8_none", "CREATE TABLE z (a TEXT) COLLATE utf8_none"),
    ("mysql", "NoneDB", "CREATE TABLE z (a INT) ENGINE = NoneDB"),
]


@pytest.mark.parametrize(("backend", "name", "statement"), LIMITS)
def test_a_limit_of_the_scratch_server_is_skipped_and_no_finding(
    backend: Backend, name: str, statement: str, tmp_path: Path
) -> None:
    body = f'op.execute("{statement}")\n{ALLOWED.format("drop-column")}{DROP}'
    with server(backend):
        result = lint_project(write_project(tmp_path, backend, [body]))
    assert [str(finding) for finding in result.findings] == []
    (said,) = result.skipped
    assert name in said
    assert "TEST_DATABASE_URL" in said


def test_revisions_after_a_limit_are_checked_by_their_text(tmp_path: Path) -> None:
    bodies = ['op.execute("CREATE EXTENSION nothing_such")', DROP]
    with server("postgresql"):
        result = lint_project(write_project(tmp_path, "postgresql", bodies))
    assert [finding.rule for finding in result.findings] == ["drop-column"]
    assert "r002" in result.skipped[0]


@pytest.mark.parametrize(
    "broken", ['op.drop_table("nope")', "undefined", 'raise RuntimeError("no")', "1 / 0"]
)
def test_a_revision_before_the_linted_one_that_fails_is_named(broken: str, tmp_path: Path) -> None:
    write_project(tmp_path, "sqlite", [broken, DROP])
    (tmp_path / "strata.toml").write_text('database = "sqlite"\n')
    command = [sys.executable, "-m", "stratakit", "lint", "r002"]
    as_json = subprocess.run([*command, "--json"], cwd=tmp_path, capture_output=True, text=True)
    assert as_json.returncode == 1, as_json.stderr
    (finding,) = json.loads(as_json.stdout)
    assert finding["rule"] == "fails"
    assert finding["file"].endswith("r001.py")
    assert as_json.stderr.startswith("r002 ")
    text = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert text.returncode == 1
    assert "r001.py:14" in text.stdout
