"""Errors of an application that env.py imports: one message, with the place and the remedy."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from tests.stratakit.environments.projects import MODELS, Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

SETTINGS = """\
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    secret_of_the_app: str


settings = Settings()
"""
REMEDIES = {
    "a package that is missing": (
        "import package_that_is_missing\n",
        "app/settings.py:1",
        "Install the package that brings package_that_is_missing",
    ),
    "a package below one that is missing": (
        "from package_that_is_missing.part import x\n",
        "app/settings.py:1",
        "Install the package that brings package_that_is_missing",
    ),
    "a module of the application that is missing": (
        "\nimport app.nowhere\n",
        "app/settings.py:2",
        "Create the module app.nowhere, or correct the import.",
    ),
    "a name that a module lacks": (
        "from app.other import nothing\n",
        "app/settings.py:1",
        "Correct it there.",
    ),
    "a variable": (
        'import os\nx = os.environ["SECRET_OF_THE_APP"]\n',
        "app/settings.py:2",
        "Set SECRET_OF_THE_APP in the environment or in .env.",
    ),
    "a key of a dictionary": ('x = {}["colour"]\n', "app/settings.py:1", "Correct it there."),
    "a setting of pydantic": (
        SETTINGS,
        "app/settings.py:8",
        "Set secret_of_the_app in the environment or in .env.",
    ),
    "a file": ('x = open("secret.key")\n', "app/settings.py:1", "Create secret.key"),
    "an exit": ('raise SystemExit("no secret")\n', "app/settings.py:1", "no secret"),
    "an error": ("def f():\n    return 1 / 0\n\n\nf()\n", "app/settings.py:2", "Correct it there."),
    "a syntax error": ("x = (\n", "app/settings.py:1", "Correct it"),
}
# What is no error: models that have no table of their own.
ABSTRACT = """\
from sqlalchemy import select
from sqlalchemy.ext.declarative import AbstractConcreteBase


class Shape(AbstractConcreteBase, Base):
    id: Mapped[int] = mapped_column(primary_key=True)


class Circle(Shape):
    __tablename__ = "circles"
    __mapper_args__ = {"polymorphic_identity": "circle", "concrete": True}

    id: Mapped[int] = mapped_column(primary_key=True)


class Named(Base):
    __table__ = select(Item.id, Item.name).where(Item.name != "").subquery("named")
    __mapper_args__ = {"primary_key": [__table__.c.id]}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    project = Project(tmp_path, HEAD + PLAIN)
    project.write("app/other.py", "")
    monkeypatch.chdir(tmp_path)
    with mock.patch.dict(os.environ), mock.patch.dict(sys.modules), working_in(tmp_path):
        yield project


@pytest.mark.parametrize("case", REMEDIES)
def test_the_message_has_the_place_and_the_remedy(project: Project, case: str) -> None:
    code, place, remedy = REMEDIES[case]
    project.write("app/settings.py", code)
    project.write("app/models.py", f"import app.settings\n{MODELS}")
    refused = project.run("check", "--models")
    assert refused.status == 2, refused
    assert place in refused.stderr
    assert remedy in refused.stderr
    assert "Traceback" not in refused.stderr


def test_models_without_a_table_of_their_own_are_compared(project: Project) -> None:
    project.write("app/models.py", MODELS + ABSTRACT)
    checked = project.run("check", "--models", "--json")
    assert checked.status == 1, checked
    assert "circles" in checked.stdout
    assert "named" not in checked.stdout
    created = project.run("create", "circles")
    assert created.status == 0, created
    assert project.run("check", "--models").status == 0
