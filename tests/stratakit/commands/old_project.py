"""A project with differences that are older than stratakit, on one of three databases."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stratakit.config import Config
from stratakit.engine.url import parse
from tests import databases
from tests.stratakit.environments.projects import COLOUR, Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

MODELS = """\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Owner(Base):
    __tablename__ = "owners"

    id: Mapped[int] = mapped_column(primary_key=True)


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(80))
    note: Mapped[str | None] = mapped_column(sa.String(20))
    owner_id: Mapped[int | None] = mapped_column(sa.Integer)
"""
REVISION = '''\
"""items"""

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table("owners", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table("legacy", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False, server_default="none"),
        sa.Column("note", sa.String(20), nullable=False),
        sa.Column("owner_id", sa.Integer, nullable=True),
    )
    op.create_index("ix_items_old", "items", ["note"])


def downgrade():
    op.drop_table("items")
    op.drop_table("legacy")
    op.drop_table("owners")
'''
DIFFERENCES = [
    "changes type of items.name from VARCHAR(50) to VARCHAR(80)",
    "drops index ix_items_old of items",
    "drops server default of items.name",
    "drops table legacy",
    "makes items.note nullable",
]
"""What `create` would write, on every database."""


class OldProject(Project):
    """A project whose models and revision differ."""

    def edit_models(self, old: str, new: str) -> None:
        """Replace text of the models."""
        path = self.root / "app" / "models.py"
        text = path.read_text(encoding="utf-8")
        assert old in text
        self.write("app/models.py", text.replace(old, new))

    def add_colour(self) -> None:
        """Add a column to a model."""
        self.edit_models("    owner_id", f"{COLOUR}    owner_id")

    @property
    def revisions(self) -> list[Path]:
        """The revisions that were written after the first one."""
        files = sorted((self.root / "migrations" / "versions").glob("*.py"))
        return [file for file in files if file.name != "a1_items.py"]

    def written(self) -> list[str]:
        """Return the operations of the upgrades of the new revisions."""
        return [
            name
            for file in self.revisions
            for name in re.findall(
                r"op\.(\w+)", file.read_text(encoding="utf-8").partition("def downgrade")[0]
            )
        ]


@contextmanager
def old_project(
    backend: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OldProject]:
    """Create the project and a database for it, and work in its folder."""
    with databases.fresh(backend) as variables:
        url = "sqlite:///app.db"
        if variables:
            driver = {"postgresql": "psycopg", "mysql": "pymysql"}[backend]
            named = parse(variables["DATABASE_URL"], Config(root=folder)).url
            named = named.set(drivername=f"{backend}+{driver}")
            url = named.render_as_string(hide_password=False)
            monkeypatch.setenv("TEST_DATABASE_URL", variables["TEST_DATABASE_URL"])
        head = HEAD.replace('"sqlite:///app.db"', repr(url))
        argument = "target_metadata=target_metadata"
        env = PLAIN.replace(argument, f"{argument}, compare_server_default=True")
        project = OldProject(folder, head + env)
        (folder / "migrations/versions/a2_seed.py").unlink()
        project.write("migrations/versions/a1_items.py", REVISION)
        project.write("app/models.py", MODELS)
        project.write(".gitignore", "*.db\n__pycache__/\n")
        monkeypatch.chdir(folder)
        with working_in(folder):
            yield project
