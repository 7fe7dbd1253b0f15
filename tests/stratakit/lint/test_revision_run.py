"""Which tables and columns existed before a revision."""

from pathlib import Path

import pytest

from stratakit.lint.trace.relation import Column, Table
from stratakit.lint.trace.revision_run import Direction, RevisionRun
from stratakit.lint.trace.statement import Statement
from stratakit.sql.parser import parse

ITEMS = Table("items", columns={"id": Column("bigint"), "note": Column("text")})


def revision_run(
    *texts: str,
    direction: Direction = "upgrade",
    tables_before: dict[str, Table | None] | None = None,
    upgrade: RevisionRun | None = None,
) -> RevisionRun:
    """Build a run that sent these statements, each in a line of its own."""
    statements = tuple(
        Statement(text, line, tuple(parse(text))) for line, text in enumerate(texts, 1)
    )
    return RevisionRun(
        "r001",
        Path("r001.py"),
        "",
        direction,
        "postgresql",
        statements=statements,
        tables_before=tables_before or {},
        counterpart=upgrade,
    )


@pytest.mark.parametrize(
    ("statement", "tables_before", "existed"),
    [
        ("ALTER TABLE items ADD c int", {"items": ITEMS}, True),
        ("ALTER TABLE items ADD c int", {}, True),
        ("ALTER TABLE items ADD c int", {"items": None}, False),
        ("CREATE TABLE items (id int)", {"items": None}, False),
        ("CREATE TABLE items (id int)", {}, False),
        # IF NOT EXISTS, or dropped and created again.
        ("CREATE TABLE items (id int)", {"items": ITEMS}, True),
    ],
)
def test_a_table_existed_if_it_was_seen_or_is_not_created(
    statement: str, tables_before: dict[str, Table | None], existed: bool
) -> None:
    assert revision_run(statement, tables_before=tables_before).existed_before("items") is existed


@pytest.mark.parametrize(
    ("column", "tables_before", "existed"),
    [
        ("note", {"items": ITEMS}, True),
        ("colour", {"items": ITEMS}, False),
        ("note", {}, True),
        ("colour", {}, False),
        ("note", {"items": None}, False),
    ],
)
def test_a_column_existed_if_it_was_seen_or_is_not_added(
    column: str, tables_before: dict[str, Table | None], existed: bool
) -> None:
    run = revision_run("ALTER TABLE items ADD colour text", tables_before=tables_before)
    assert run.column_existed_before("items", column) is existed


def test_a_downgrade_asks_what_existed_before_the_upgrade() -> None:
    upgrade = revision_run("CREATE TABLE drafts (id int)")
    downgrade = revision_run("DROP TABLE drafts", direction="downgrade", upgrade=upgrade)
    assert not downgrade.existed_before("drafts")
    assert revision_run("DROP TABLE drafts", direction="downgrade").existed_before("drafts")


def test_the_last_of_the_strongest_locks_is_named() -> None:
    statement = Statement("", 1, ())
    assert statement.strongest_lock == ("", "")
    statement.acquired_locks = {"a": "AccessExclusive", "b": "AccessExclusive", "c": "Share"}
    assert statement.strongest_lock == ("b", "AccessExclusive")


def test_a_lock_that_was_held_before_counts_for_the_tables_of_the_statement_alone() -> None:
    (action,) = parse("UPDATE items SET note = 'x'")
    statement = Statement("", 1, (action,))
    statement.held_locks = {"items": "RowExclusive", "owners": "AccessExclusive"}
    assert statement.strongest_lock == ("items", "RowExclusive")
