"""The page of examples: its commands run in the projects, and print what the page shows."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, text

from stratakit.engine.migration import migration_engine
from tests import databases
from tests.conftest import REPOSITORY
from tests.docs.pages import Reader

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
