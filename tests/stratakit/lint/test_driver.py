"""Statements on the driver's own connection and cursors."""

from pathlib import Path

import pytest

from stratakit.config import Backend
from tests.stratakit.lint.revisions import lint_project, server, violated_rules, write_project

POOLED = "op.get_bind().connection"
CURSOR = f"cursor = {POOLED}.cursor()\n"
UPDATE_ONE = '("UPDATE items SET note = %s WHERE id = %s", '
SEEN: list[tuple[Backend, str, str]] = [
    (
        "postgresql",
        "whole-table-change",
        CURSOR + "cursor.execute(\"UPDATE items SET note = 'x'\")",
    ),
    ("postgresql", "drop-column", CURSOR + 'cursor.execute(b"ALTER TABLE items DROP COLUMN note")'),
    ("postgresql", "drop-table", f'{POOLED}.dbapi_connection.execute("DROP TABLE tags")'),
    ("postgresql", "lock-table", f'{POOLED}.driver_connection.cursor().execute("LOCK items")'),
    (
        "postgresql",
        "drop-column",
        f"from psycopg import sql\n{CURSOR}"
        'cursor.execute(sql.SQL("ALTER TABLE {} DROP note").format(sql.Identifier("items")))',
    ),
    (
        "postgresql",
        "whole-table-copy",
        f'{CURSOR}with cursor.copy("COPY items (id, name) FROM STDIN") as copy:\n'
        '    copy.write_row((5, "x"))',
    ),
    (
        "postgresql",
        "row-by-row",
        f'with {POOLED}.cursor() as cursor:\n    cursor.executemany{UPDATE_ONE}[("a", 1)])',
    ),
    (
        "postgresql",
        "row-by-row",
        f"with {POOLED}.cursor() as cursor:\n"
        f'    cursor.executemany{UPDATE_ONE}(("a", each) for each in (1, 2)))',
    ),
    (
        "postgresql",
        "data-after-lock",
        f'op.add_column("items", sa.Column("c", sa.Text()))\n{CURSOR}'
        "cursor.execute(\"UPDATE items SET c = 'x' WHERE id = %s\", (1,))",
    ),
    ("postgresql", "raw-commit", f"{POOLED}.commit()"),
    ("postgresql", "raw-commit", f"{POOLED}.driver_connection.rollback()"),
    ("sqlite", "drop-table", f'{POOLED}.executescript("SELECT 1; DROP TABLE tags;")'),
    ("sqlite", "raw-commit", CURSOR + 'cursor.executescript("CREATE TABLE z (a)")'),
    ("sqlite", "whole-table-change", f'{POOLED}.driver_connection.execute("DELETE FROM tags")'),
    (
        "sqlite",
        "row-by-row",
        f'{POOLED}.dbapi_connection.executemany("UPDATE items SET note = ? WHERE id = ?", '
        '[("a", 1), ("b", 2)])',
    ),
    ("mysql", "drop-column", CURSOR + 'cursor.execute("ALTER TABLE items DROP COLUMN note")'),
    ("mysql", "drop-table", f'{POOLED}.driver_connection.query("DROP TABLE tags")'),
]
READS = (
    CURSOR + 'cursor.execute("SELECT id, name FROM owners ORDER BY id")\n'
    'assert cursor.description[1][0] == "name"\n'
    "assert cursor.fetchone()[0] == 1\n"
    "assert [row[0] for row in cursor] == [2]\n"
    "cursor.close()"
)


@pytest.mark.parametrize(("backend", "rule", "body"), SEEN)
def test_a_statement_of_the_driver_is_seen(
    backend: Backend, rule: str, body: str, tmp_path: Path
) -> None:
    with server(backend):
        assert rule in violated_rules(write_project(tmp_path, backend, [body]))


@pytest.mark.parametrize("backend", ["postgresql", "sqlite", "mysql"])
def test_a_cursor_of_the_driver_works_as_without_a_linter(backend: Backend, tmp_path: Path) -> None:
    with server(backend):
        result = lint_project(write_project(tmp_path, backend, [READS]))
    assert [str(finding) for finding in result.findings] == []
    assert result.skipped == []
