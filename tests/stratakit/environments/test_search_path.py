"""Every verb on an env.py that chooses a schema of PostgreSQL, such as that of a tenant."""

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

HEAD = """\
import os

from alembic import context
from sqlalchemy import create_engine, pool, text

from app.models import Base

URL = os.environ["DATABASE_URL"]
OPTIONS = {{{connect}}}
with create_engine(URL, poolclass=pool.NullPool, **OPTIONS).connect() as connection:
{before}
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_server_default=True{arguments}
    )
    with context.begin_transaction():
        context.run_migrations()
"""
CHOSEN = '"connect_args": {"options": "-csearch_path=iris"}'
CREATED = """\
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS iris"))
    connection.commit()
"""
TENANT = """\
    tenant = context.get_x_argument(as_dictionary=True).get("tenant", "iris")
    connection.execute(text(f'SET search_path TO "{tenant}"'))
    connection.commit()
    connection.dialect.default_schema_name = tenant
"""
EXPLICIT = ', include_schemas=True, version_table_schema="iris"'
SHAPES = {
    "tenants of the cookbook": ("", TENANT, "", None),
    "explicit schemas": ("", "", EXPLICIT, "iris"),
    "options and explicit schemas": (CHOSEN, "", EXPLICIT, "iris"),
    "options and a schema that env.py creates": (CHOSEN, CREATED, "", None),
    "tenants of the cookbook with schemas included": ("", TENANT, ", include_schemas=True", None),
}
PARAMETERS = [
    pytest.param(name, marks=pytest.mark.proof if number > 1 else ())
    for number, name in enumerate(SHAPES)
]
MODELS = """\
import enum

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = sa.MetaData(schema={schema!r})


class Kind(enum.Enum):
    A = "A"
    B = "B"


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50), server_default="x", index=True)
    kind: Mapped[Kind] = mapped_column(sa.Enum(Kind, name="kind", inherit_schema=True))


class Group(Base):
    __tablename__ = "groups"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey(User.id))
"""
COLOUR = "    colour: Mapped[str | None] = mapped_column(sa.String(20), unique=True)\n"


@pytest.fixture(params=PARAMETERS)
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    connect, before, arguments, schema = SHAPES[request.param]
    project = Project(
        tmp_path, HEAD.format(connect=connect, before=before or "    pass", arguments=arguments)
    )
    project.write("app/models.py", MODELS.format(schema=schema))
    for file in project.root.glob("migrations/versions/*.py"):
        file.unlink()
    monkeypatch.chdir(tmp_path)
    with fresh("postgresql") as variables, working_in(tmp_path):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        execute(variables["DATABASE_URL"], "CREATE SCHEMA iris")
        if "explicit" not in request.param:
            execute(variables["DATABASE_URL"], "CREATE SCHEMA t2", "CREATE TABLE t2.users (x int)")
        yield project


def execute(url: str, *statements: str) -> None:
    with migration_engine(parse(url, Config(root=Path()))).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


@pytest.mark.slow
def test_every_verb_is_right_in_the_schema_that_env_py_chooses(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: str, status: int = 0) -> str:
        outcome = project.run(*arguments)
        assert outcome.status == status, f"{arguments}: {outcome}"
        return outcome.stdout + outcome.stderr

    run("create", "one")
    for verb in ("upgrade", "check", "drift", "current"):
        run(verb)
    assert "agree" in run("create", "nothing")
    url = os.environ["DATABASE_URL"]
    execute(url, "CREATE TABLE iris.by_hand (x int)")
    found = run("drift", status=1)
    assert "by_hand" in found
    assert "t2" not in found
    execute(url, "DROP TABLE iris.by_hand")
    project.write("app/models.py", (project.root / "app/models.py").read_text() + COLOUR)
    run("create", "colour")
    for verb in ("upgrade", "check", "downgrade", "drift"):
        run(verb)
    execute(url, "DROP TABLE iris.alembic_version")
    run("adopt")
    run("upgrade")
    run("stamp", "head")
