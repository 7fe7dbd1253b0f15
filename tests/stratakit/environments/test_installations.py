"""The verbs with the lowest supported libraries, and with a driver that has to be compiled."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from stratakit.config import Config
from stratakit.diagnostics.requirements import LOWEST, unsupported_version
from stratakit.engine.url import parse
from tests import databases
from tests.stratakit.environments.projects import Project
from tests.stratakit.environments.shapes import HEAD, PLAIN

REPOSITORY = Path(__file__).resolve().parents[3]
UV = Path(sys.prefix) / "bin" / "uv"
EXACT = [f"{name}=={'.'.join(map(str, version))}" for name, version in LOWEST.items()]
INSTALLED = {
    "lowest, on SQLite": ("sqlite", "", EXACT),
    "lowest, on PostgreSQL": ("postgresql", "psycopg", [*EXACT, "psycopg[binary]"]),
    "lowest, on MariaDB": ("mysql", "pymysql", [*EXACT, "pymysql"]),
    "mysqlclient": ("mysql", "mysqldb", ["mysqlclient"]),
}
"""The kind of database, the driver of env.py, and the packages next to stratakit."""


def test_the_lowest_versions_are_those_of_the_package() -> None:
    declared = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["dependencies"]
    for name, version in LOWEST.items():
        assert f"{name}>={'.'.join(map(str, version))}" in declared


@pytest.mark.parametrize(
    ("name", "version", "advice"),
    [
        ("sqlalchemy", "1.4.54", "migration_20"),
        ("sqlalchemy", "2.0.9", "sqlalchemy>=2.0.30"),
        ("alembic", "1.17.2", "alembic>=1.18"),
        ("alembic", "1.18.0", ""),
        ("sqlalchemy", "2.1.0b1", ""),
    ],
)
def test_an_older_version_is_named_and_none_is_left_without_a_remedy(
    name: str, version: str, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{name}.__version__", version)
    error = unsupported_version()
    assert (error is None) == (advice == "")
    if error:
        assert version in error.message
        assert advice in error.hint


@pytest.fixture(params=INSTALLED)
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    backend, driver, packages = INSTALLED[request.param]
    python = tmp_path / "environment" / "bin" / "python"
    subprocess.run([UV, "venv", "--quiet", python.parent.parent], check=True)
    subprocess.run(
        [UV, "pip", "install", "--quiet", "--python", python, "--editable", REPOSITORY, *packages],
        check=True,
    )
    with databases.fresh(backend) as variables:
        head = HEAD
        if variables:
            url = parse(variables["DATABASE_URL"], Config(root=tmp_path)).url
            named = url.set(drivername=f"{backend}+{driver}")
            head = HEAD.replace(
                '"sqlite:///app.db"', repr(named.render_as_string(hide_password=False))
            )
            monkeypatch.setenv("TEST_DATABASE_URL", variables["TEST_DATABASE_URL"])
        yield Project(tmp_path, head + PLAIN)


def run(project: Project, *arguments: str) -> "subprocess.CompletedProcess[str]":
    stratakit = project.root / "environment" / "bin" / "stratakit"
    environment = {**os.environ, "PYTHONPATH": ""}
    return subprocess.run(
        [stratakit, *arguments], cwd=project.root, env=environment, capture_output=True, text=True
    )


@pytest.mark.proof
def test_the_verbs_do_what_they_say(project: Project) -> None:
    for step in ("check --models", "upgrade", "current", "history", "check", "drift", "sql"):
        outcome = run(project, *step.split())
        assert outcome.returncode == 0, (step, outcome)
    assert '"revision": "a2"' in (linted := run(project, "lint", "a2", "--json")).stdout, linted
    project.add_colour()
    assert run(project, "check").returncode == 1
    for step in ("create colour", "upgrade", "check", "drift", "downgrade", "upgrade"):
        outcome = run(project, *step.split())
        assert outcome.returncode == 0, (step, outcome)
        assert "Traceback" not in outcome.stderr
    assert "colour" in run(project, "current").stdout
