"""What a table of SQLite keeps when a batch recreates it."""

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from stratakit.runtime.sqlite_restore import restoring_batches

TABLE = """CREATE TABLE "Mixed Case" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(20) COLLATE NOCASE DEFAULT ('a' || 'b'),
    code VARCHAR(9) COLLATE NOCASE,
    size INTEGER,
    price TEXT,
    double INTEGER GENERATED ALWAYS AS (size * 2) STORED,
    CONSTRAINT ck CHECK (name <> ':b')
)"""
LATER = (
    'CREATE INDEX ix_lower ON "Mixed Case" (lower(name))',
    'CREATE INDEX ix_desc ON "Mixed Case" (size DESC)',
    'CREATE VIEW small AS SELECT id, name FROM "Mixed Case" WHERE size < 10',
    "INSERT INTO \"Mixed Case\" (name, size) VALUES ('A', 1)",
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    with sqlite3.connect(tmp_path / "app.db") as connection:
        for statement in (TABLE, *LATER):
            connection.execute(statement)
    return tmp_path / "app.db"


def test_a_batch_keeps_what_alembic_does_not_reflect(file: Path) -> None:
    with (
        sa.create_engine(f"sqlite:///{file}").begin() as connection,
        restoring_batches(connection),
        Operations(MigrationContext.configure(connection)).batch_alter_table("Mixed Case") as batch,
    ):
        batch.alter_column("size", existing_type=sa.Integer(), nullable=False)
        batch.alter_column("code", existing_type=sa.String(9), type_=sa.String(5))
        # The copy has a comma in a function: CAST(name AS NUMERIC(10, 2)).
        batch.alter_column("price", existing_type=sa.Text(), type_=sa.Numeric(10, 2))
    with sqlite3.connect(file) as after:
        (table,) = after.execute("SELECT sql FROM sqlite_master WHERE name = 'Mixed Case'")
        for kept in (
            "AUTOINCREMENT",
            'name VARCHAR(20) COLLATE "NOCASE"',
            "DEFAULT ('a' || 'b')",
            "<> ':b'",
        ):
            assert kept in table[0]
        assert table[0].count("COLLATE") == 1
        indexes = after.execute("SELECT sql FROM sqlite_master WHERE type = 'index'").fetchall()
        assert {sql for (sql,) in indexes} == {*LATER[:2]}
        assert after.execute("SELECT name FROM small").fetchall() == [("A",)]
        assert after.execute('SELECT double FROM "Mixed Case"').fetchall() == [(2,)]
        with pytest.raises(sqlite3.IntegrityError):
            after.execute('INSERT INTO "Mixed Case" (size) VALUES (NULL)')
