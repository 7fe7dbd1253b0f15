"""Constraints of models that Alembic renders as a revision that fails, or that loses one."""

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import fresh
from tests.stratakit.environments.projects import MODELS, Project, working_in

ENV = """\
import os

from alembic import context
from sqlalchemy import create_engine, pool

from app.models import Base

URL = os.environ.get("DATABASE_URL", "sqlite:///app.db").replace("mysql:", "mysql+pymysql:")
with create_engine(URL, poolclass=pool.NullPool).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()
"""
STATES = """
    state: Mapped[str] = mapped_column(
        sa.Enum({states}, native_enum=False, create_constraint=True, name="state")
    )
    is_new: Mapped[bool] = mapped_column(sa.Boolean(create_constraint=True, name="is_new"))
"""
UNNAMED = """
    email: Mapped[str] = mapped_column(sa.String(50){unique})
    parent_id: Mapped[int | None] = mapped_column(sa.Integer{references})
"""
EXCLUSION = """
    address: Mapped[str] = mapped_column(postgresql.INET)
    __table_args__ = (
        postgresql.ExcludeConstraint(
            ("address", "&&"), using="gist", ops={"address": "inet_ops"}, name="one_address"
        ),
    )
"""


@pytest.fixture
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    project = Project(tmp_path, ENV)
    for file in project.root.glob("migrations/versions/*.py"):
        file.unlink()
    monkeypatch.chdir(tmp_path)
    with fresh(request.param) as variables, working_in(tmp_path):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        yield project


def declare(project: Project, columns: str) -> None:
    imports = "from sqlalchemy.dialects import postgresql\n"
    project.write("app/models.py", imports + MODELS + columns)


def run(project: Project, *arguments: str, status: int = 0) -> str:
    outcome = project.run(*arguments)
    assert outcome.status == status, f"{arguments}: {outcome}"
    return outcome.stdout


@pytest.mark.parametrize("project", ["postgresql", "mysql", "sqlite"], indirect=True)
def test_the_check_of_an_enum_follows_its_values_up_and_down(project: Project) -> None:
    declare(project, STATES.format(states='"new", "old"'))
    run(project, "create", "one")
    run(project, "upgrade")
    first = re.search(r"\b[0-9a-f]{12}\b", run(project, "heads"))
    declare(project, STATES.format(states='"new", "old", "archived"'))
    run(project, "create", "two")
    for arguments in (["upgrade"], ["check"], ["downgrade", first[0] if first else ""], ["drift"]):
        run(project, *arguments)


@pytest.mark.parametrize("project", ["postgresql"], indirect=True)
def test_an_exclusion_constraint_keeps_its_operator_class(project: Project) -> None:
    declare(project, EXCLUSION)
    run(project, "create", "one")


@pytest.mark.parametrize("project", ["sqlite"], indirect=True)
def test_the_printed_code_drops_a_constraint_without_a_name(project: Project) -> None:
    declare(
        project, UNNAMED.format(unique=", unique=True", references=', sa.ForeignKey("items.id")')
    )
    run(project, "create", "one")
    declare(project, UNNAMED.format(unique="", references=""))
    printed = run(project, "create", "two", status=1)
    assert len([*project.root.glob("migrations/versions/*.py")]) == 1
    run(project, "create", "--empty", "two")
    (file,) = project.root.glob("migrations/versions/*_two.py")
    code = "".join(re.findall(r"(?m)^ *(with op.*\n.*\n)", printed))
    upgrade = "def upgrade():\n"
    file.write_text(file.read_text().replace(upgrade, upgrade + textwrap.indent(code, "    ")))
    run(project, "record")
    assert "items" in (project.root / "migrations/schema.snapshot").read_text()
    run(project, "check", "--models")
