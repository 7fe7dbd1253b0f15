"""What is no danger although it looks like one, and advice with the names of the tables."""

import subprocess
import sys
from pathlib import Path

import pytest

from stratakit.config import Backend
from stratakit.lint.linter import lint
from tests.stratakit.lint.revisions import lint_project, server, violated_rules, write_project

LINES = """
op.create_table(
    "lines",
    sa.Column("id", sa.BigInteger(), primary_key=True),
    sa.Column("kind_id", sa.{type}(), sa.ForeignKey("kinds.id", name="fk_lines_kind")),
)
"""
KINDS = 'op.create_table("kinds", sa.Column("id", sa.{type}(), primary_key=True))'
SEED = '\nop.execute("INSERT INTO kinds (id) VALUES (7)")'


@pytest.mark.parametrize(
    "body",
    [
        'op.drop_index("ix_items_status", "items")\nop.execute("DROP TABLE items CASCADE")',
        'op.drop_index("ix_tags_item_id", "tags")\n'
        'op.drop_constraint("fk_tags_item", "tags", type_="foreignkey")\nop.drop_table("tags")',
        'op.execute("ALTER TABLE items DROP CONSTRAINT uq_items_name CASCADE")\n'
        'op.execute("DROP TABLE items CASCADE")',
    ],
)
def test_parts_of_a_dropped_table_are_not_reported_separately(body: str, tmp_path: Path) -> None:
    with server("postgresql"):
        violated = violated_rules(write_project(tmp_path, "postgresql", [body]))
    assert "drop-table" in violated
    assert not violated & {"drop-index-without-concurrently", "drop-constraint"}


@pytest.mark.parametrize("backend", ["postgresql", "sqlite"])
@pytest.mark.parametrize(
    ("before", "type_", "is_found"),
    [
        (KINDS.format(type="BigInteger"), "BigInteger", True),
        (KINDS.format(type="BigInteger") + SEED, "BigInteger", False),
        (KINDS.format(type="SmallInteger"), "SmallInteger", False),
    ],
    ids=["a table", "filled by a revision", "a small key"],
)
def test_a_foreign_key_to_a_lookup_table_needs_no_index(
    backend: Backend, before: str, type_: str, is_found: bool, tmp_path: Path
) -> None:
    config = write_project(tmp_path, backend, [LINES.format(type=type_)], before)
    with server(backend):
        rules = {finding.rule for finding in lint(config, ["r001"]).findings}
    assert ("foreign-key-without-index" in rules) is is_found


def test_a_lookup_table_may_be_created_and_filled_in_the_same_change(tmp_path: Path) -> None:
    bodies = [KINDS.format(type="BigInteger") + SEED, LINES.format(type="BigInteger")]
    assert violated_rules(write_project(tmp_path, "sqlite", bodies)) == set()


def test_the_index_of_a_foreign_key_may_be_in_the_next_revision(tmp_path: Path) -> None:
    bodies = [
        'op.add_column("items", sa.Column("boss_id", sa.BigInteger()))\n'
        'op.create_foreign_key("fk_items_boss", "items", "owners", ["boss_id"], ["id"],\n'
        "    postgresql_not_valid=True)",
        "with op.get_context().autocommit_block():\n"
        '    op.create_index("ix_items_boss_id", "items", ["boss_id"],\n'
        "        postgresql_concurrently=True)",
    ]
    with server("postgresql"):
        found = violated_rules(write_project(tmp_path / "with", "postgresql", bodies))
        alone = violated_rules(write_project(tmp_path / "alone", "postgresql", bodies[:1]))
    assert "foreign-key-without-index" not in found
    assert "foreign-key-without-index" in alone


@pytest.mark.parametrize("backend", ["postgresql", "sqlite", "mysql"])
@pytest.mark.parametrize(
    ("condition", "is_found"),
    [
        ("note = 'x'", False),
        ("note IN ('x', 'y')", False),
        ("quantity = 4 AND note IS NULL", False),
        ("note = 'x' OR quantity = 3", False),
        ("note IS NULL", True),
        ("note = 'x' OR quantity IS NULL", True),
        ("note NOT IN ('x')", True),
        ("1 = 1", True),
        ("price <> 4", True),
    ],
)
def test_a_delete_of_a_value_is_none_of_all_rows(
    backend: Backend, condition: str, is_found: bool, tmp_path: Path
) -> None:
    before = (
        'op.execute("CREATE TABLE items (id BIGINT PRIMARY KEY, note VARCHAR(9), '
        'quantity INT, price INT)")'
    )
    body = f'op.execute("DELETE FROM items WHERE {condition}")'
    with server(backend):
        violated = violated_rules(write_project(tmp_path, backend, [body], before))
    assert ("whole-table-change" in violated) is is_found


@pytest.mark.parametrize(
    ("backend", "key", "batch"),
    [
        ("postgresql", ", PRIMARY KEY (code)", "WHERE code IN (SELECT code FROM"),
        ("sqlite", ", PRIMARY KEY (code)", "WHERE code IN (SELECT code FROM"),
        ("mysql", ", PRIMARY KEY (code)", "WHERE code IN (SELECT code FROM"),
        ("postgresql", ", PRIMARY KEY (b, code)", "WHERE (b, code) IN (SELECT b, code FROM"),
        ("sqlite", ", PRIMARY KEY (b, code)", "WHERE (b, code) IN (SELECT b, code FROM"),
        ("mysql", ", PRIMARY KEY (b, code)", "WHERE (b, code) IN (SELECT b, code FROM"),
        ("postgresql", "", "WHERE ctid IN (SELECT ctid FROM"),
        ("sqlite", "", "WHERE rowid IN (SELECT rowid FROM"),
        ("mysql", "", "SET ... WHERE ... LIMIT 1000"),
    ],
)
def test_a_batch_is_of_the_tables_own_key(
    backend: Backend, key: str, batch: str, tmp_path: Path
) -> None:
    before = f'op.execute("CREATE TABLE rates (code VARCHAR(9) NOT NULL, b INT NOT NULL{key})")'
    body = 'op.execute("UPDATE rates SET b = 1")'
    with server(backend):
        findings = lint_project(write_project(tmp_path, backend, [body], before)).findings
    (hint,) = [each.hint for each in findings if each.rule == "whole-table-change"]
    assert batch in hint.replace("`", "").replace('"\n            "', "")


@pytest.mark.parametrize(
    "command",
    [["lint"], ["check"], ["upgrade"], ["create", "a change"], ["current"]],
    ids=lambda words: words[0],
)
def test_an_unknown_phase_is_an_error_of_each_command_that_reads_it(
    command: list[str], tmp_path: Path
) -> None:
    write_project(tmp_path, "sqlite", ['phase = "expnd"\n\n\ndef upgrade() -> None:\n    pass'])
    (tmp_path / "strata.toml").write_text('database = "sqlite"\n')
    (tmp_path / "migrations" / "env.py").write_text(
        "from sqlalchemy import MetaData\nfrom stratakit.alembic import run_migrations\n"
        'run_migrations(url="sqlite:///x.db", target_metadata=MetaData())\n'
    )
    run = subprocess.run(
        [sys.executable, "-m", "stratakit", *command], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.returncode == 1, run.stdout + run.stderr
    assert ".py:" in run.stdout + run.stderr
    assert "unknown phase: 'expnd'" in run.stdout + run.stderr
    assert "Traceback" not in run.stderr
