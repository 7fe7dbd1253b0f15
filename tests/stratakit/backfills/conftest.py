"""A project with one table of rows, and a backfill that counts how often it changes each."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from stratakit import commands
from stratakit.config import load
from tests import databases
from tests.rows import imports_of_a_service
from tests.service import Service
from tests.stratakit.runtime.test_environment import ENV, MODELS

REVISION = '''\
"""orders"""

import sqlalchemy as sa
from alembic import op

revision = "001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("n", sa.Integer(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    op.drop_table("orders")
'''
COUNTING = '''\
"""Count each row once."""

table = "orders"
key = "id"
statement = "UPDATE orders SET n = n + 1 WHERE {rows}"
'''
MODEL = MODELS + '    n: Mapped[int] = mapped_column(server_default="0")\n'


@pytest.fixture
def make_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Service]]:
    """Write a project for a kind of database, and migrate it."""
    with imports_of_a_service():
        opened = []

        def make_project(backend: str) -> Service:
            project = Service(tmp_path, backend)
            project.write("strata.toml", f'database = "{backend}"\ndatabase_name = "my_service"\n')
            project.write(
                "alembic.ini",
                "[alembic]\nscript_location = %(here)s/migrations\n"
                "prepend_sys_path = %(here)s\npath_separator = os\n",
            )
            project.write("app/__init__.py", "")
            project.write("app/models.py", MODEL)
            project.write("migrations/versions/001_orders.py", REVISION)
            project.write("migrations/env.py", ENV.format(url=None))
            project.write("migrations/backfills/counting.py", COUNTING)
            database = databases.fresh(backend)
            project.environment = database.__enter__()
            opened.append(database)
            for name, value in project.environment.items():
                monkeypatch.setenv(name, value)
            commands.upgrade(load(tmp_path))
            return project

        yield make_project
        for database in opened:
            database.__exit__(None, None, None)


@pytest.fixture
def project(database: str, make_project: Callable[[str], Service]) -> Service:
    """The project, migrated, with 1,000 rows."""
    project = make_project(database)
    fill(project, 1000)
    return project


def fill(project: Service, rows: int) -> None:
    """Insert rows with every second number as their key."""
    with project.connection() as connection:
        for start in range(0, rows, 10_000):
            numbers = range(start, min(start + 10_000, rows))
            connection.execute(
                text("INSERT INTO orders (id) VALUES (:id)"),
                [{"id": 2 * number + 1} for number in numbers],
            )
