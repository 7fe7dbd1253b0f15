"""Partitions that no model declares: a revision and jobs create them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from stratakit.config import Config
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import parse
from tests.databases import fresh
from tests.stratakit.environments.projects import Project, working_in

ENV = """\
import os

from alembic import context
from sqlalchemy import create_engine

from app.models import Base

with create_engine(os.environ["DATABASE_URL"]).connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
MODELS = """\
import datetime

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Event(Base):
    __tablename__ = "events"
    __table_args__ = {"postgresql_partition_by": "RANGE (day)"}

    day: Mapped[datetime.date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50), index=True)
"""
PARTITION = "CREATE TABLE {} PARTITION OF events FOR VALUES FROM ('{}-01-01') TO ('{}-01-01')"
BY_JOBS = [
    PARTITION.format("events_2027", 2027, 2028) + " PARTITION BY RANGE (day)",
    "CREATE TABLE events_2027_all PARTITION OF events_2027 DEFAULT",
    "CREATE SCHEMA archive",
    PARTITION.format("archive.events_2025", 2025, 2026),
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    project = Project(tmp_path, ENV)
    project.write("app/models.py", MODELS)
    project.write("strata.toml", 'allowed = ["schema archive"]\n')
    for file in project.root.glob("migrations/versions/*.py"):
        file.unlink()
    monkeypatch.chdir(tmp_path)
    with fresh("postgresql") as variables, working_in(tmp_path):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield project


def execute(*statements: str) -> None:
    url = parse(os.environ["DATABASE_URL"], Config(root=Path()))
    with migration_engine(url).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.slow
def test_partitions_that_revisions_or_jobs_create_are_no_difference(project: Project) -> None:
    def run(*arguments: str, status: int = 0) -> str:
        outcome = project.run(*arguments)
        assert outcome.status == status, f"{arguments}: {outcome}"
        return outcome.stdout + outcome.stderr

    run("create", "one")
    (file,) = project.root.glob("migrations/versions/*.py")
    created = f'    op.execute("{PARTITION.format("events_2026", 2026, 2027)}")\n'
    file.write_text(
        file.read_text().replace("\n\n\ndef downgrade", f"\n{created}\n\ndef downgrade")
    )
    for verb in ("record", "upgrade", "check"):
        run(verb)
    assert "agree" in run("create", "nothing")
    execute(*BY_JOBS)
    for verb in ("drift", "check"):
        run(verb)
    execute("DROP TABLE alembic_version")
    run("adopt")
    execute("ALTER TABLE events ADD COLUMN extra int", "CREATE TABLE events_2024 (x int)")
    found = run("drift", status=1)
    assert "events_2024" in found
    assert "events_2027" not in found
