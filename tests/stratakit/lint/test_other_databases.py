"""Dangerous and safe revisions on MariaDB and SQLite: what is found, and that nothing else is."""

from pathlib import Path

import pytest

from stratakit.config import Backend
from tests.stratakit.lint.revisions import (
    lint_project,
    server,
    unchecked,
    violated_rules,
    write_project,
)

IMPORT = """from app.accounts.models import Account

def upgrade() -> None:
    op.add_column("items", sa.Column("c", sa.Text()))


def downgrade() -> None:
    op.drop_column("items", "c")"""

LOST_NAME = """def upgrade() -> None:
    op.execute("ALTER TABLE items RENAME COLUMN quantity TO amount")


def downgrade() -> None:
    op.add_column("items", sa.Column("quantity", sa.Integer()))
    op.drop_column("items", "amount")"""

DANGEROUS: list[tuple[Backend, str, str]] = [
    ("mysql", "destructive-downgrade", LOST_NAME),
    ("sqlite", "destructive-downgrade", LOST_NAME),
    ("mysql", "drop-constraint", 'op.drop_constraint("uq_items_name", "items", type_="unique")'),
    ("mysql", "unique-constraint", 'op.create_unique_constraint("u", "items", ["note", "name"])'),
    (
        "sqlite",
        "unique-constraint",
        'with op.batch_alter_table("tags") as batch_op:\n'
        '    batch_op.create_unique_constraint("u", ["item_id"])',
    ),
    (
        "sqlite",
        "change-default",
        'op.execute("DROP VIEW cheap_items")\n'
        'with op.batch_alter_table("items") as batch_op:\n'
        '    batch_op.alter_column("status", existing_type=sa.String(20), server_default="z")',
    ),
    ("mysql", "drop-column", 'op.execute("ALTER TABLE items DROP COLUMN note")'),
    ("mysql", "drop-table", 'op.drop_table("tags")'),
    ("mysql", "rename-table", 'op.execute("RENAME TABLE tags TO labels")'),
    (
        "mysql",
        "rename-column",
        'op.alter_column("items", "note", existing_type=sa.String(50), new_column_name="remark")',
    ),
    (
        "mysql",
        "mysql-incomplete-alter",
        'op.execute("ALTER TABLE items MODIFY id BIGINT NOT NULL")',
    ),
    (
        "mysql",
        "mysql-incomplete-alter",
        'op.alter_column("items", "name", existing_type=sa.String(200), type_=sa.String(220))',
    ),
    ("mysql", "mysql-not-online", 'op.execute("ALTER TABLE items MODIFY quantity BIGINT")'),
    ("mysql", "mysql-implicit-default", 'op.execute("ALTER TABLE items ADD c INT NOT NULL")'),
    (
        "mysql",
        "mysql-several-statements",
        'op.execute("ALTER TABLE items ADD c INT")\nop.execute("ALTER TABLE items ADD d INT")',
    ),
    ("mysql", "whole-table-change", "op.execute(\"UPDATE items SET note = 'x'\")"),
    ("mysql", "truncate", 'op.execute("TRUNCATE TABLE tags")'),
    ("mysql", "drop-view", 'op.execute("DROP VIEW cheap_items")'),
    ("sqlite", "drop-column", 'op.execute("ALTER TABLE items DROP COLUMN quantity")'),
    (
        "sqlite",
        "drop-column",
        'with op.batch_alter_table("tags", recreate="always") as batch_op:\n'
        '    batch_op.drop_column("id")',
    ),
    ("sqlite", "drop-table", 'op.drop_table("tags")'),
    ("sqlite", "rename-table", 'op.rename_table("tags", "labels")'),
    ("sqlite", "rename-column", 'op.execute("ALTER TABLE items RENAME COLUMN note TO remark")'),
    (
        "sqlite",
        "not-null-without-default",
        'op.execute("ALTER TABLE items ADD COLUMN c INT NOT NULL")',
    ),
    ("sqlite", "whole-table-change", 'op.execute("DELETE FROM items")'),
    ("sqlite", "fails", 'op.execute("ALTER TABLE nothing ADD COLUMN c INT")'),
    (
        "sqlite",
        "set-not-null",
        'with op.batch_alter_table("tags") as batch_op:\n'
        '    batch_op.alter_column("item_id", existing_type=sa.Integer(), nullable=False)',
    ),
    (
        "sqlite",
        "sqlite-loss",
        'with op.batch_alter_table("owners") as batch_op:\n'
        '    batch_op.alter_column("name", existing_type=sa.Text(), server_default="x")',
    ),
    (
        "sqlite",
        "raw-commit",
        'op.execute("ALTER TABLE items ADD COLUMN c INT")\nop.get_bind().commit()',
    ),
    ("mysql", "mysql-not-online", 'op.execute("ALTER TABLE tags ENGINE=Aria")'),
    (
        "mysql",
        "mysql-not-online",
        'op.execute("ALTER TABLE owners PARTITION BY HASH (id) PARTITIONS 4")',
    ),
    (
        "mysql",
        "whole-table-change",
        'op.execute("DELETE i FROM items i JOIN owners o ON o.id = i.owner_id WHERE o.name = 1")',
    ),
    ("mysql", "whole-table-copy", 'op.execute("REPLACE INTO owners SELECT id, name FROM items")'),
    ("sqlite", "application-import", IMPORT),
    ("mysql", "sequence-values", 'op.execute("ALTER TABLE items AUTO_INCREMENT = 1")'),
    ("mysql", "timeout-off", 'op.execute("SET SESSION lock_wait_timeout = 86400")'),
    ("mysql", "timeout-off", 'op.execute("SET @@session.innodb_lock_wait_timeout = 600")'),
]

SAFE: list[tuple[Backend, str]] = [
    ("mysql", 'op.execute("ALTER TABLE items ADD c VARCHAR(9) UNIQUE")'),
    (
        "mysql",
        'op.create_table("d", sa.Column("id", sa.BigInteger(), primary_key=True))\n'
        'op.create_index("i", "d", ["id"])',
    ),
    (
        "sqlite",
        "def upgrade() -> None:\n"
        '    with op.batch_alter_table("tags") as batch_op:\n'
        '        batch_op.create_check_constraint("positive", "id > 0")\n'
        "\n\ndef downgrade() -> None:\n"
        '    with op.batch_alter_table("tags") as batch_op:\n'
        '        batch_op.drop_constraint("positive", type_="check")',
    ),
    ("mysql", 'op.add_column("items", sa.Column("c", sa.Integer()))'),
    ("mysql", 'op.create_index("i", "items", ["note"])'),
    ("mysql", 'op.create_table("drafts", sa.Column("id", sa.BigInteger(), primary_key=True))'),
    (
        "mysql",
        'op.add_column("items", sa.Column("c", sa.Integer(), nullable=False, server_default="0"))',
    ),
    ("mysql", "op.execute(\"UPDATE items SET note = 'x' WHERE id = 1\")"),
    (
        "mysql",
        'op.alter_column("items", "note", existing_type=sa.String(50), existing_nullable=True,\n'
        "    type_=sa.String(55))",
    ),
    ("sqlite", 'op.add_column("items", sa.Column("c", sa.Integer()))'),
    ("sqlite", 'op.create_index("i", "items", ["note"])'),
    (
        "sqlite",
        'op.create_table("drafts", sa.Column("id", sa.Integer(), primary_key=True))\n'
        'with op.batch_alter_table("drafts") as batch_op:\n'
        '    batch_op.add_column(sa.Column("n", sa.Text()))\n'
        '    batch_op.alter_column("n", existing_type=sa.Text(), nullable=False)',
    ),
    ("sqlite", "op.execute(\"UPDATE items SET note = 'x' WHERE id = 1\")"),
    (
        "sqlite",
        'with op.batch_alter_table("tags") as batch_op:\n'
        '    batch_op.add_column(sa.Column("n", sa.Text()))',
    ),
]


@pytest.mark.parametrize(("backend", "rule", "body"), DANGEROUS)
def test_a_dangerous_revision_is_found(
    backend: Backend, rule: str, body: str, tmp_path: Path
) -> None:
    with server(backend):
        assert rule in violated_rules(write_project(tmp_path, backend, [body]))


def test_an_invented_value_is_found_once(tmp_path: Path) -> None:
    body = 'op.add_column("items", sa.Column("c", sa.Integer(), nullable=False))'
    with server("mysql"):
        violated = violated_rules(write_project(tmp_path, "mysql", [body]))
    assert "mysql-implicit-default" in violated
    assert "not-null-without-default" not in violated


@pytest.mark.parametrize(("backend", "body"), SAFE)
def test_a_safe_revision_is_clean(backend: Backend, body: str, tmp_path: Path) -> None:
    with server(backend):
        result = lint_project(write_project(tmp_path, backend, [body]))
        assert [str(finding) for finding in result.findings] == []
        assert unchecked(result) == []


def test_a_collation_that_is_not_repeated_is_reported_as_lost(tmp_path: Path) -> None:
    before = (
        'op.execute("CREATE TABLE tokens (id BIGINT PRIMARY KEY, "\n'
        '    "token VARCHAR(32) COLLATE ascii_bin) DEFAULT CHARSET utf8mb4")'
    )
    body = (
        'op.alter_column("tokens", "token", existing_type=sa.String(32), type_=sa.String(40),\n'
        "    existing_nullable=True)"
    )
    with server("mysql"):
        findings = lint_project(write_project(tmp_path, "mysql", [body], before)).findings
    assert "tokens.token loses COLLATE" in " ".join(finding.message for finding in findings)


def test_a_finding_in_a_batch_names_the_line_of_its_operation(tmp_path: Path) -> None:
    body = (
        'with op.batch_alter_table("tags") as batch_op:\n'
        '    batch_op.add_column(sa.Column("c", sa.Text()))\n'
        '    batch_op.alter_column("item_id", existing_type=sa.Integer(), nullable=False)'
    )
    (finding,) = lint_project(write_project(tmp_path, "sqlite", [body])).findings
    assert (finding.rule, finding.line) == ("set-not-null", 16)


def test_an_index_dropped_with_its_table_is_not_reported_as_lost(tmp_path: Path) -> None:
    body = 'op.drop_table("tags")'
    assert violated_rules(write_project(tmp_path, "sqlite", [body])) == {"drop-table"}


def test_a_clause_that_a_recreated_table_gets_again_is_not_reported_as_lost(
    tmp_path: Path,
) -> None:
    before = (
        'op.execute("CREATE TABLE people (id INTEGER PRIMARY KEY AUTOINCREMENT, "\n'
        '    "login TEXT COLLATE NOCASE)")'
    )
    body = (
        'with op.batch_alter_table("people", recreate="always") as batch_op:\n'
        '    batch_op.add_column(sa.Column("c", sa.Text()))'
    )
    findings = lint_project(write_project(tmp_path, "sqlite", [body], before)).findings
    assert [str(finding) for finding in findings] == []


UNIQUE = "op.execute(\"CREATE UNIQUE INDEX uq_people ON people (login) WHERE login <> ''\")"
PEOPLE = 'op.execute("CREATE TABLE people (id INTEGER PRIMARY KEY, login TEXT)")\n' + UNIQUE
STAMP = 'op.execute("CREATE TRIGGER stamp AFTER UPDATE ON people BEGIN SELECT 1; END")'
RECREATED = (
    'with op.batch_alter_table("people", recreate="always") as batch_op:\n'
    '    batch_op.add_column(sa.Column("c", sa.Text()))\n'
)


@pytest.mark.parametrize(
    ("before", "body"),
    [(PEOPLE, RECREATED), (f"{PEOPLE}\n{STAMP}", RECREATED + STAMP)],
    ids=["a unique index", "a trigger, by hand"],
)
def test_a_recreated_index_or_trigger_is_not_reported_as_lost(
    before: str, body: str, tmp_path: Path
) -> None:
    findings = lint_project(write_project(tmp_path, "sqlite", [body], before)).findings
    assert [str(finding) for finding in findings] == []


def test_a_unique_index_that_is_dropped_is_a_constraint(tmp_path: Path) -> None:
    body = 'op.drop_index("uq_people", table_name="people")'
    (finding,) = lint_project(write_project(tmp_path, "sqlite", [body], PEOPLE)).findings
    assert finding.rule == "drop-constraint"
    assert "uq_people of people" in finding.message


def test_child_rows_without_their_parent_are_found_as_the_upgrade_refuses_them(
    tmp_path: Path,
) -> None:
    body = 'op.execute("DELETE FROM items WHERE id = 1")'
    (finding,) = lint_project(write_project(tmp_path, "sqlite", [body])).findings
    assert "recreates" not in finding.message
    assert "rows of tags " in finding.message


@pytest.mark.parametrize(
    "body",
    [
        "op.execute(\"UPDATE items SET note = 'x'\")",
        'op.execute("INSERT INTO owners (id, name) SELECT id + 9, name FROM items")',
        'op.drop_table("tags")',
        'op.execute("CREATE TRIGGER t AFTER UPDATE ON items BEGIN SELECT 1; END")',
        'with op.batch_alter_table("tags") as batch_op:\n'
        '    batch_op.create_unique_constraint("u", ["item_id"])',
    ],
)
def test_advice_for_sqlite_speaks_of_no_replica_and_no_row_lock(body: str, tmp_path: Path) -> None:
    findings = lint_project(write_project(tmp_path, "sqlite", [body])).findings
    text = " ".join(str(finding) for finding in findings)
    assert findings
    assert "replica" not in text
    assert "lock" not in text.replace("autocommit_block", "")
