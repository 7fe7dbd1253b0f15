"""What undoing revisions would lose, by their code and by the rows of the database."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text

from stratakit.revisions.losses import (
    database_losses,
    downgrade_losses,
    dropped_data,
)

BATCH = """
    with op.batch_alter_table("items", schema=None) as batch_op:
        batch_op.drop_column("phone")
        batch_op.drop_index("ix")"""


def revision(folder: Path, body: str, name: str = "002") -> Any:
    path = folder / f"{name}.py"
    path.write_text(f"def upgrade():\n    op.drop_table('other')\n\n\ndef downgrade():\n{body}\n")
    return SimpleNamespace(revision=name, doc="items", path=str(path))


@pytest.mark.parametrize(
    ("body", "dropped"),
    [
        ("    pass", []),
        ('    op.drop_table("items")', [("items", "")]),
        ('    op.drop_table("items", schema="shop")', [("shop.items", "")]),
        ('    op.drop_column("items", "phone")', [("items", "phone")]),
        ('    op.drop_column("items", column_name="phone")', [("items", "phone")]),
        (BATCH, [("items", "phone")]),
        ('    op.execute("DROP TABLE IF EXISTS items")', [("items", "")]),
        ('    op.execute(\'ALTER TABLE "Order" DROP COLUMN "Note"\')', [("Order", "Note")]),
        ('    op.execute("TRUNCATE items")', [("items", "")]),
        ('    op.execute("DELETE FROM items")', [("items", "")]),
        ('    op.execute("DELETE FROM items WHERE id = 1")', []),
        ('    op.execute("UPDATE items SET a = 1")', []),
        ("    op.drop_index('ix')\n    op.drop_constraint('c', 'items')", []),
        ("    for name in TABLES:\n        op.drop_table(name)", [("", "")]),
        ('    op.drop_column("items", name)', [("", "")]),
        ('    """DROP TABLE is not run."""\n    pass', []),
    ],
)
def test_objects_that_a_downgrade_drops_with_rows(
    tmp_path: Path, body: str, dropped: list[tuple[str, str]]
) -> None:
    found = list(dropped_data(Path(revision(tmp_path, body).path), "downgrade"))
    assert [(each.table, each.column) for each in found] == dropped


@pytest.fixture
def connection() -> Iterator[Connection]:
    with create_engine("sqlite://").connect() as connection:
        for statement in (
            "CREATE TABLE items (id INTEGER, phone TEXT, note TEXT)",
            "CREATE TABLE empty (id INTEGER)",
            "INSERT INTO items VALUES (1, '5', NULL), (2, NULL, NULL)",
        ):
            connection.execute(text(statement))
        yield connection


@pytest.mark.parametrize(
    ("bodies", "losses"),
    [
        (['    op.drop_table("items")'], {"items": "table items, 2 rows"}),
        (['    op.drop_column("items", "phone")'], {"items.phone": "column items.phone, 1 value"}),
        (['    op.drop_column("items", "note")'], {}),
        (['    op.drop_column("items", "absent")'], {}),
        (['    op.drop_table("empty")\n    op.drop_table("absent")'], {}),
        (
            ['    op.drop_column("items", "phone")', '    op.drop_table("items")'],
            {"items": "table items, 2 rows"},
        ),
        (
            ["    op.drop_table(NAME)"],
            {"000": "000  items: line 6 drops something"},
        ),
    ],
)
def test_only_what_has_rows_or_values_is_lost(
    tmp_path: Path, connection: Connection, bodies: list[str], losses: dict[str, str]
) -> None:
    revisions = [revision(tmp_path, body, f"00{number}") for number, body in enumerate(bodies)]
    found = downgrade_losses(connection, revisions)
    assert {each.name: each.description for each in found} == losses


def test_a_database_loses_the_tables_that_have_rows(connection: Connection) -> None:
    assert [each.description for each in database_losses(connection)] == ["table items, 2 rows"]
