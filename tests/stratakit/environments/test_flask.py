"""Projects of Flask-Migrate, whose env.py needs the application."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from unittest import mock

import flask_migrate  # type: ignore[import-untyped]
import pytest

from tests.stratakit.environments.projects import ITEMS, MAKO, Outcome, Project, working_in

pytestmark = pytest.mark.filterwarnings("ignore:'get_engine' is deprecated")

TEMPLATES = Path(flask_migrate.__file__).parent / "templates"
MODELS = """\
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Item(db.Model):
    __tablename__ = "items"

    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(50), nullable=False)
"""
CREATE = """\
from pathlib import Path

from flask import Flask
from flask_migrate import Migrate

from app.models import db


def create_app(name="app.db"):
    application = Flask(__name__)
    file = Path(__file__).resolve().parents[{above}] / name
    application.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{{file}}"
    application.config["SQLALCHEMY_BINDS"] = {binds}
    db.init_app(application)
    Migrate(application, db, directory="{directory}")
    return application
"""
MODULE = "from app.factory import create_app\n\napp = create_app()\n"
LAYOUTS = {
    "wsgi.py": {"wsgi.py": MODULE},
    "app.py in FLASK_APP": {"serve.py": MODULE, ".flaskenv": "FLASK_APP=serve.py\n"},
    "a module": {"app/serve.py": MODULE, ".flaskenv": "FLASK_APP=app.serve\n"},
    "a factory": {".flaskenv": "FLASK_APP=app.factory\n"},
    "a factory with a call": {".env": "FLASK_APP=app.factory:create_app('app.db')\n"},
}


def create(root: Path, *, directory: str = "migrations", binds: str = "{}") -> Project:
    """Write a project as `flask db init` leaves it, with one revision."""
    project = Project.__new__(Project)
    project.root = root
    template = TEMPLATES / ("flask" if binds == "{}" else "flask-multidb")
    for name in ("env.py", "alembic.ini.mako"):
        text = (template / name).read_text()
        project.write(f"{directory}/{name.removesuffix('.mako')}", text)
    project.write(f"{directory}/script.py.mako", MAKO)
    project.write(f"{directory}/versions/a1_items.py", ITEMS)
    project.write("app/__init__.py", "")
    project.write("app/models.py", MODELS)
    project.write("app/factory.py", CREATE.format(above=1, binds=binds, directory=directory))
    return project


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    with mock.patch.dict(os.environ), mock.patch.dict(sys.modules), working_in(tmp_path):
        yield tmp_path


def succeed(outcome: Outcome) -> str:
    assert outcome.status == 0, outcome
    return outcome.stdout


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_application_is_found_as_flask_finds_it(root: Path, layout: str) -> None:
    project = create(root)
    for name, text in LAYOUTS[layout].items():
        project.write(name, text)
    assert "a1" in succeed(project.run("current"))


def test_the_verbs_run_in_the_context_of_the_application(root: Path) -> None:
    project = create(root)
    project.write("wsgi.py", MODULE)
    succeed(project.run("check", "--models"))
    assert not (root / "app.db").exists()
    succeed(project.run("upgrade"))
    succeed(project.run("drift"))
    with closing(sqlite3.connect(root / "app.db")) as connection:
        assert connection.execute("SELECT count(*) FROM items").fetchone() == (0,)


def test_another_folder_of_migrations_is_named_once(root: Path) -> None:
    project = create(root, directory="db/changes")
    project.write("wsgi.py", MODULE)
    succeed(project.run("upgrade", "-c", "db/changes/alembic.ini"))
    project.write("strata.toml", 'alembic_ini = "db/changes/alembic.ini"\n')
    assert "a1" in succeed(project.run("current"))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "FLASK_APP=package:create_app"),
        ({".flaskenv": "FLASK_APP=nowhere\n"}, "nowhere"),
        ({"wsgi.py": "import package_that_is_missing\n"}, "package_that_is_missing"),
        ({"wsgi.py": 'import os\nos.environ["SECRET_OF_THE_APP"]\n'}, "wsgi.py:2"),
    ],
)
def test_an_application_that_is_not_there_is_one_clear_message(
    root: Path, files: dict[str, str], message: str
) -> None:
    project = create(root)
    for name, text in files.items():
        project.write(name, text)
    refused = project.run("check", "--models")
    assert refused.status == 2
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr


def test_several_databases_are_reported(root: Path) -> None:
    project = create(root, binds='{"other": "sqlite:///" + str(file.with_name("other.db"))}')
    project.write("wsgi.py", MODULE)
    refused = project.run("check", "--models")
    assert refused.status == 2
    assert "2 databases" in refused.stderr
