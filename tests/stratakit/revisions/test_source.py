"""What the source of a revision drops, and whether a function of it does anything."""

from pathlib import Path

import pytest

from stratakit.revisions.source import drops, is_empty


def _write(folder: Path, body: str) -> Path:
    path = folder / "revision.py"
    path.write_text(f"def upgrade() -> None:\n{body}\n\n\ndef downgrade() -> None:\n    other()\n")
    return path


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("    pass", []),
        ('    op.drop_table("items")', [(2, "drop_table")]),
        ('    op.drop_column("items", "a")\n    op.drop_index("i")',
         [(2, "drop_column"), (3, "drop_index")]),
        ('    with x() as batch_op:\n        batch_op.drop_column("a")', [(3, "drop_column")]),
        ('    op.execute("DROP TABLE items")', [(2, "DROP TABLE items")]),
        ('    op.execute("drop table items")', [(2, "drop table items")]),
        ('    op.execute("""\n  ALTER TABLE items\nDROP COLUMN a""")',
         [(2, "ALTER TABLE items DROP COLUMN a")]),
        ('    op.execute("ALTER TABLE items DROP\\nCOLUMN a")',
         [(2, "ALTER TABLE items DROP COLUMN a")]),
        ('    op.execute(f"ALTER TABLE {name} DROP COLUMN a")', [(2, "DROP COLUMN a")]),
        ('    op.execute("TRUNCATE items")', [(2, "TRUNCATE items")]),
        ('    op.execute("truncate table items")', [(2, "truncate table items")]),
        ('    op.execute("SELECT truncate(1.5)")', []),
        ('    op.execute("UPDATE backdrop SET a = 1")', []),
        ('    op.create_table("drops")', []),
        ('    """Drop the column that no code uses."""\n    pass', []),
        ("    op.drop_constraint('c')", [(2, "drop_constraint")]),
        ("    drop_table()", []),
    ],
)  # fmt: skip
def test_objects_that_a_function_drops(
    tmp_path: Path, body: str, found: list[tuple[int, str]]
) -> None:
    path = _write(tmp_path, body)
    assert sorted(drops(path, "upgrade")) == found
    assert list(drops(path, "downgrade")) == []
    assert list(drops(path, "absent")) == []


def test_a_long_statement_is_cut(tmp_path: Path) -> None:
    path = _write(tmp_path, f'    op.execute("DROP TABLE {"a" * 80}")')
    ((_, statement),) = drops(path, "upgrade")
    assert statement == f"DROP TABLE {'a' * 80}"[:60]


@pytest.mark.parametrize(
    ("body", "empty"),
    [
        ("    pass", True),
        ("    ...", True),
        ('    """Nothing."""', True),
        ('    """Nothing."""\n    pass\n    pass', True),
        ("    op.execute('x')", False),
        ("    pass\n    x = 1", False),
        ("    return", False),
    ],
)
def test_a_function_without_a_statement_is_empty(tmp_path: Path, body: str, empty: bool) -> None:
    path = _write(tmp_path, body)
    assert is_empty(path, "upgrade") is empty
    assert not is_empty(path, "downgrade")
    assert is_empty(path, "absent")
