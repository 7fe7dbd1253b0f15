"""Small services of nothing but revisions: tables with rows, and a revision that is linted."""

import os
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from strata.config import Config, Family
from strata.lint import Linted, lint
from tests import databases

HEADER = '''"""{id}"""

import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = {follows!r}
branch_labels = None
depends_on = None
'''

# What is there before: the tables that the rules' examples are about.
TABLES = """
op.create_table(
    "owners",
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("name", sa.Text(), nullable=False),
)
op.create_table(
    "items",
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("price", sa.Numeric(10, 2)),
    sa.Column("quantity", sa.Integer()),
    sa.Column("status", sa.String(20), server_default="new"),
    sa.Column("note", sa.String(50)),
    sa.Column("owner_id", sa.BigInteger()),
    sa.Column("created", sa.DateTime()),
    sa.CheckConstraint("price >= 0", name="ck_items_price"),
    sa.UniqueConstraint("name", name="uq_items_name"),
)
op.create_index("ix_items_status", "items", ["status"])
op.create_index("ix_items_owner_id", "items", ["owner_id"])
op.create_table(
    "tags",
    sa.Column("id", sa.BigInteger(), nullable=False),
    sa.Column(
        "item_id",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        sa.ForeignKey("items.id", name="fk_tags_item", ondelete="CASCADE"),
        index=True,
    ),
)
op.execute("CREATE VIEW cheap_items AS SELECT id FROM items WHERE price < 5")
"""
POSTGRESQL = """
op.execute("ALTER TABLE items ADD CONSTRAINT ck_items_late CHECK (quantity >= 0) NOT VALID")
op.execute("CREATE TABLE visits (day date) PARTITION BY RANGE (day)")
op.execute(
    "CREATE TABLE visits_2025 PARTITION OF visits "
    "FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')"
)
op.execute("CREATE TABLE visits_2026 (day date)")
op.execute("CREATE TYPE mood AS ENUM ('happy', 'sad')")
op.execute("CREATE TABLE moods (id bigint PRIMARY KEY, mood mood)")
op.execute("CREATE MATERIALIZED VIEW item_names AS SELECT DISTINCT name FROM owners")
op.execute("CREATE UNIQUE INDEX uq_item_names ON item_names (name)")
op.execute("CREATE SCHEMA archive")
op.execute("CREATE SEQUENCE numbers")
"""
SQLITE = """
op.execute("CREATE TRIGGER keep AFTER DELETE ON owners BEGIN SELECT 1; END")
op.execute("CREATE INDEX ix_owners_lower ON owners (lower(name))")
"""
BEFORE = {"postgresql": TABLES + POSTGRESQL, "sqlite": TABLES + SQLITE, "mysql": TABLES}


def written(
    folder: Path, family: Family, bodies: Sequence[str], before: str | None = None
) -> Config:
    """Write a service whose first revision makes the tables.

    Args:
        folder: an empty one.
        family: of its database.
        bodies: of the revisions behind it: the lines of upgrade(), or all functions.
        before: what the first revision does; by default the tables of the rules' examples.
    """
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")
    follows = None
    for number, body in enumerate([before or BEFORE[family], *bodies]):
        id = f"r{number:03}"
        text = HEADER.format(id=id, follows=follows)
        (versions / f"{id}.py").write_text(text + functions(body, number == 0))
        follows = id
    return Config(root=folder, database=family, packages=("app",))


def functions(body: str, first: bool = False) -> str:
    """The functions of a revision; with only its upgrade() it says that it cannot go back."""
    if "def upgrade" in body:
        return f"\n\n{body}\n"
    irreversible = 'irreversible = "an example"\n'
    upgrade = textwrap.indent(body.strip("\n"), "    ")
    downgrade = "def downgrade() -> None:\n    pass\n"
    return f"{irreversible}\n\ndef upgrade() -> None:\n{upgrade}\n\n\n{downgrade}"


def linted(config: Config) -> Linted:
    """Lint all but the first revision."""
    files = sorted((config.versions).glob("*.py"))
    return lint(config, [file.stem for file in files[1:]])


def rules_found(config: Config) -> set[str]:
    """The names of the rules that find something."""
    return {finding.rule for finding in linted(config).findings}


@contextmanager
def server(family: str) -> Iterator[None]:
    """Let scratch databases be made on the tests' server."""
    with databases.fresh(family) as environment:
        old = os.environ.get("TEST_DATABASE_URL")
        if "TEST_DATABASE_URL" in environment:
            os.environ["TEST_DATABASE_URL"] = environment["TEST_DATABASE_URL"]
        try:
            yield
        finally:
            os.environ.pop("TEST_DATABASE_URL", None)
            if old is not None:
                os.environ["TEST_DATABASE_URL"] = old
