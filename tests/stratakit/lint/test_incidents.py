"""Incidents of other projects, rebuilt from their descriptions and flagged with their cause."""

from pathlib import Path

from tests.stratakit.lint.revisions import lint_project, server, violated_rules, write_project

DOWN = "\n\n\ndef downgrade() -> None:\n    "


def test_a_downgrade_that_rewrites_a_large_table_is_found(tmp_path: Path) -> None:
    """apache/airflow #63545: varchar to text is instant, and the way back locked for 8 minutes."""
    body = (
        "def upgrade() -> None:\n"
        '    with op.batch_alter_table("items") as batch_op:\n'
        '        batch_op.alter_column("note", existing_type=sa.String(50), type_=sa.Text())'
        f'{DOWN}with op.batch_alter_table("items") as batch_op:\n'
        '        batch_op.alter_column("note", existing_type=sa.Text(), type_=sa.String(50))'
    )
    with server("postgresql"):
        (finding,) = lint_project(write_project(tmp_path, "postgresql", [body])).findings
    assert finding.rule == "table-rewrite"
    assert finding.details["direction"] == "downgrade"
    assert finding.details["lock"] == "AccessExclusive on items"
    assert finding.line == 19


def test_an_update_of_all_rows_under_the_lock_of_a_change_before_is_found(tmp_path: Path) -> None:
    """apache/airflow #63550: ADD COLUMN, then UPDATE of the whole table."""
    body = (
        'op.add_column("items", sa.Column("kind", sa.String(20)))\n'
        "op.execute(\"UPDATE items SET kind = 'manual' WHERE kind IS NULL\")\n"
    )
    with server("postgresql"):
        violated = violated_rules(write_project(tmp_path, "postgresql", [body]))
    assert violated == {"data-after-lock", "whole-table-change"}


def test_not_null_behind_an_update_of_all_rows_is_found(tmp_path: Path) -> None:
    """apache/airflow #63549, #63866: all rows updated, then read again under the next lock."""
    body = (
        "op.execute(\"UPDATE items SET note = '' WHERE note IS NULL\")\n"
        'with op.batch_alter_table("items") as batch_op:\n'
        '    batch_op.alter_column("note", existing_type=sa.String(50), nullable=False)\n'
    )
    with server("postgresql"):
        violated = violated_rules(write_project(tmp_path, "postgresql", [body]))
    assert violated == {"set-not-null", "whole-table-change"}


def test_two_tables_in_one_transaction_are_found(tmp_path: Path) -> None:
    """taskcluster #3632: two busy tables, locked one after the other."""
    body = (
        'op.execute("ALTER TABLE items ADD COLUMN a text")\n'
        'op.execute("ALTER TABLE owners ADD COLUMN a text")\n'
    )
    with server("postgresql"):
        (finding,) = lint_project(write_project(tmp_path, "postgresql", [body])).findings
    assert finding.rule == "two-tables-locked"
    assert "items and owners" in finding.message


def test_a_recreated_parent_keeps_its_child_rows(tmp_path: Path) -> None:
    """DeytaHQ/khora #1583: one flag of the parent changed, and all children were gone.

    An upgrade of ours does not enforce foreign keys meanwhile, and neither does the sandbox.
    """
    body = (
        'with op.batch_alter_table("items") as batch_op:\n'
        '    batch_op.alter_column("note", existing_type=sa.String(50), server_default="x")\n'
    )
    parent_and_child = """
op.create_table(
    "items", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("note", sa.Text())
)
op.create_table(
    "tags",
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("item_id", sa.Integer(), sa.ForeignKey("items.id", ondelete="CASCADE")),
)
"""
    findings = lint_project(write_project(tmp_path, "sqlite", [body], parent_and_child)).findings
    assert [str(finding) for finding in findings] == []
