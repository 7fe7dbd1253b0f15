"""The pages of examples and of tenants: their commands print what the pages show."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import parse
from tests import databases
from tests.conftest import REPOSITORY
from tests.docs.pages import Reader
from tests.stratakit.environments.projects import Project

TENANTS = REPOSITORY / "docs" / "tenants.md"
HEADING = "\n## If"
"""The part after it has another database."""
CONFIG = Config(root=REPOSITORY)
NOTES = '''\
"""notes"""

import sqlalchemy as sa
from alembic import op

revision = "a3"
down_revision = "a2"

def upgrade():
    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("notes")
'''
PAGE = REPOSITORY / "docs" / "examples.md"


@contextmanager
def database(name: str) -> Iterator[URL]:
    """Create a database of a name, which the page shows."""
    server = databases.server_of("postgresql")
    engine = migration_engine(server).execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.with_name(name).url
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


def as_text(url: URL, driver: str) -> str:
    return url.set(drivername=driver).render_as_string(hide_password=False)


@pytest.mark.slow
def test_every_command_of_the_page_of_tenants_gives_the_output_that_it_shows(
    tmp_path: Path,
) -> None:
    Project(tmp_path, "")
    with database("tenants") as url, connect(parse(as_text(url, "postgresql"), CONFIG)) as server:
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DATABASE_URL": as_text(url, "postgresql+psycopg"),
        }
        for name in ("acme", "globex", "initech"):
            server.execute(text(f"CREATE SCHEMA {name}"))
        server.commit()
        before, heading, after = TENANTS.read_text().partition(HEADING)
        parts = [write_part(tmp_path, name, part) for name, part in (("1", before), ("2", after))]
        reader = Reader(tmp_path, environment, {})
        followed = [reader.follow(parts[0])]
        (tmp_path / "migrations/versions/a3_notes.py").write_text(NOTES)
        server.execute(text("CREATE TABLE initech.notes (id int)"))
        server.commit()
        followed.append(reader.follow(parts[1]))
    assert heading.join(followed) == TENANTS.read_text()


def write_part(folder: Path, name: str, part: str) -> Path:
    """Write a part of a page into a file of its own."""
    path = folder / f"{name}.md"
    path.write_text(part)
    return path


@pytest.mark.slow
def test_every_command_of_the_examples_gives_the_output_that_they_show(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    shutil.copytree(REPOSITORY / "tests" / "projects", tmp_path / "projects")
    with database("shop") as shop, database("tickets") as tickets:
        environment = {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "POSTGRES_URL": as_text(shop, "postgres"),
            "DB__DSN": as_text(tickets, "postgresql+asyncpg"),
            "TEST_DATABASE_URL": as_text(shop.set(database="postgres"), "postgresql"),
        }
        reader = Reader(tmp_path / "projects", environment, {})
        page = reader.follow(PAGE, update=request.config.option.update_snapshots)
    if request.config.option.update_snapshots:
        PAGE.write_text(page)
    assert PAGE.read_text() == page, "update it: pytest tests/docs --snapshot-update"
