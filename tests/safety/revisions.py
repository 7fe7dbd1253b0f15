"""Small services of nothing but revisions: tables with rows, and a revision that is linted."""

import os
import secrets
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import MetaData

from strata import naming, plan, urls
from strata.config import Config, Family
from strata.engines import migration_engine
from strata.lint import Linted, lint
from strata.observe.run import Bench
from strata.urls import DatabaseURL
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
    """Lint all but the first revision; on PostgreSQL on a copy of what the first one makes."""
    files = sorted((config.versions).glob("*.py"))
    asked = [file.stem for file in files[1:]]
    if config.database != "postgresql" or "TEST_DATABASE_URL" not in os.environ:
        return lint(config, asked)
    server = urls.parse(os.environ["TEST_DATABASE_URL"], config)
    base = _prototype(server, config, files[0].read_text())
    with patch("strata.scratch.database", lambda _: _database(server, base)):
        return lint(config, asked)


def rules_found(config: Config) -> set[str]:
    """The names of the rules that find something."""
    return {finding.rule for finding in linted(config).findings}


PROTOTYPES: dict[tuple[str, str], str] = {}


def _prototype(server: DatabaseURL, config: Config, first: str) -> str:
    """The name of a database that stands at the first revision, with rows; made once."""
    key = (str(server.url), first)
    if key not in PROTOTYPES:
        name = f"prototype_{secrets.token_hex(6)}"
        _execute(server, f"CREATE DATABASE {name}")
        at = server.with_name(name)
        metadata = MetaData(naming_convention=naming.CONVENTION)
        bench = Bench(config, metadata, plan.alembic_config(config, quiet=True))
        with patch("strata.scratch.database", lambda _: nullcontext(at)), bench:
            bench._apply([plan.scripts(config).get_revision("r000")], filled=True)
        PROTOTYPES[key] = name
    return PROTOTYPES[key]


@contextmanager
def _database(server: DatabaseURL, base: str) -> Iterator[DatabaseURL]:
    name = f"copy_{secrets.token_hex(6)}"
    _execute(server, f"CREATE DATABASE {name} TEMPLATE {base}")
    yield server.with_name(name)
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def _execute(server: DatabaseURL, statement: str) -> None:
    engine = migration_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


@contextmanager
def server(family: str) -> Iterator[None]:
    """Let scratch databases be made on the tests' server."""
    if family == "sqlite":
        yield
        return
    url = databases.server_of(family).url.render_as_string(hide_password=False)
    with patch.dict(os.environ, TEST_DATABASE_URL=url):
        yield
