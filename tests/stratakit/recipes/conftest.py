"""A project with customers and their orders, whose models a test edits before a recipe."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stratakit import commands
from stratakit.commands import RecipeResult
from stratakit.config import Config, load
from tests import databases
from tests.conftest import REPOSITORY
from tests.rows import _forget, imports_of_a_service
from tests.service import Service
from tests.stratakit.runtime.test_environment import ENV

MODELS = """
import enum
from decimal import Decimal

from sqlalchemy import (
    BigInteger, CheckConstraint, Enum, ForeignKey, Index, Integer, MetaData, Numeric, String,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from stratakit.orm.naming import NAMING_CONVENTION


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Customer(Base):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Order(Base):
    __tablename__ = "orders"
    __table_args__ = ()

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    total: Mapped[int] = mapped_column(Integer, index=True)
    status: Mapped[str] = mapped_column(Enum("new", "paid", "gone", name="status"))
    note: Mapped[str] = mapped_column(String(50))
    customer_id: Mapped[int | None] = mapped_column(BigInteger, index=True)


class Draft(Base):
    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Ticket(Base):
    __tablename__ = "tickets"
    __table_args__ = (CheckConstraint("votes >= 0", name="votes"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("tickets.id"), index=True)
    votes: Mapped[int] = mapped_column(Integer)
    code: Mapped[str | None] = mapped_column(String(20), unique=True)


class Reply(Base):
    __tablename__ = "replies"

    ticket_id: Mapped[int] = mapped_column(
        ForeignKey("tickets.id", ondelete="CASCADE"), primary_key=True, comment="the ticket"
    )
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
"""


class Project(Service):
    """A service whose models are one file."""

    @property
    def config(self) -> Config:
        """The project's configuration."""
        return load(self.root)

    def change(self, *replacements: tuple[str, str]) -> None:
        """Edit the models."""
        for old, new in replacements:
            self.edit("app/models.py", old, new)
        _forget("app")

    def recipe(self, name: str, target: str, to: str = "", **values: str) -> RecipeResult:
        """Run a recipe in this process."""
        result = commands.recipe(self.config, name, target, to, **values)
        _forget("app")
        return result


@pytest.fixture
def make_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Project]]:
    """Write a project for a kind of database, with one revision that is applied."""
    with imports_of_a_service():
        opened = []

        def make_project(backend: str) -> Project:
            project = Project(tmp_path, backend)
            project.write("strata.toml", f'database = "{backend}"\ndatabase_name = "my_service"\n')
            project.write(
                "alembic.ini",
                "[alembic]\nscript_location = %(here)s/migrations\n"
                "prepend_sys_path = %(here)s\npath_separator = os\n"
                "file_template = %%(rev)s_%%(slug)s\n",
            )
            project.write("app/__init__.py", "")
            project.write("app/models.py", MODELS)
            project.write("migrations/env.py", ENV.format(url=None))
            (tmp_path / "migrations" / "versions").mkdir()
            shutil.copy(
                REPOSITORY / "template" / "migrations" / "script.py.mako", tmp_path / "migrations"
            )
            database = databases.fresh(backend)
            project.environment = database.__enter__()
            opened.append(database)
            for name, value in project.environment.items():
                monkeypatch.setenv(name, value)
            commands.create(project.config, "tables of the shop")
            commands.upgrade(project.config)
            _forget("app")
            return project

        yield make_project
        for database in opened:
            database.__exit__(None, None, None)


@pytest.fixture
def project(make_project: Callable[[str], Project]) -> Project:
    """The project on PostgreSQL."""
    return make_project("postgresql")
