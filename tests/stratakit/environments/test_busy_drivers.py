"""A table in use is waited for, and an index is built CONCURRENTLY, by each driver of env.py."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from stratakit.config import Config
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import DatabaseURL, parse
from tests import databases
from tests.stratakit.environments.projects import Project, working_in
from tests.stratakit.environments.shapes import HEAD
from tests.stratakit.environments.test_servers import DRIVERS

COLOUR = '''\
"""colour"""

import sqlalchemy as sa
from alembic import op

revision = "a3"
down_revision = "a2"


def upgrade():
    op.add_column("items", sa.Column("colour", sa.String(20)))


def downgrade():
    op.drop_column("items", "colour")
'''
INDEX = '''\
"""index"""

from alembic import op

revision = "a4"
down_revision = "a3"


def upgrade():
    with op.get_context().autocommit_block():
        op.create_index("ix", "items", ["name"], postgresql_concurrently=True)


def downgrade():
    with op.get_context().autocommit_block():
        op.drop_index("ix", "items", postgresql_concurrently=True)
'''


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatabaseURL]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIGRATION_LOCK_TIMEOUT_SECONDS", "0.1")
    with databases.fresh("postgresql") as variables, working_in(tmp_path):
        monkeypatch.setenv("TEST_DATABASE_URL", variables["TEST_DATABASE_URL"])
        yield parse(variables["DATABASE_URL"], Config(root=tmp_path))


@pytest.mark.parametrize("driver", ["psycopg", "psycopg2", "asyncpg"])
def test_a_table_in_use_is_waited_for(
    url: DatabaseURL, tmp_path: Path, driver: str, caplog: pytest.LogCaptureFixture
) -> None:
    named = url.url.set(drivername=f"postgresql+{driver}").render_as_string(hide_password=False)
    project = Project(
        tmp_path, HEAD.replace('"sqlite:///app.db"', repr(named)) + DRIVERS[driver][1]
    )
    project.write("migrations/versions/a3_colour.py", COLOUR)
    project.write("migrations/versions/a4_index.py", INDEX)
    assert project.run("upgrade", "a2").status == 0
    with migration_engine(url).connect() as connection:
        connection.execute(text("LOCK TABLE items"))

        def release() -> None:
            end = time.monotonic() + 30
            while "Revision a3 waits for " not in caplog.text and time.monotonic() < end:
                time.sleep(0.05)
            connection.rollback()

        holder = threading.Thread(target=release)
        holder.start()
        upgraded = project.run("upgrade")
        holder.join()
    assert upgraded.status == 0, upgraded
    assert "Revision a3 waits for " in caplog.text
    downgraded = project.run("downgrade", "a2")
    assert downgraded.status == 0, downgraded
