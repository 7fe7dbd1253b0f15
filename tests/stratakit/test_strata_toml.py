"""strata.toml, read and checked, and the variables beside it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from stratakit import config
from stratakit.diagnostics.errors import UsageError

TEMPLATE = Path(__file__).resolve().parents[2] / "template"


def test_the_packages_are_those_of_the_project_itself(tmp_path: Path) -> None:
    for file in (
        *("app/__init__.py", "src/shop/__init__.py", "wsgi.py"),
        *("tests/test_app.py", "migrations/env.py", "docs/conf.py", "static/logo.svg"),
        *("conftest.py", ".venv/pip.py", ".local/note.py"),
    ):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    assert config.load(tmp_path).packages == {
        "app": tmp_path / "app",
        "shop": tmp_path / "src" / "shop",
        "wsgi": tmp_path / "wsgi.py",
    }


def test_a_setting_may_be_in_a_file_of_its_own_and_the_environment_goes_before(
    tmp_path: Path,
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "database_url").write_text("postgresql://me:from-a-file@db/orders\n")
    show = "from app.settings import Settings; print(Settings().database_url.get_secret_value())"
    for given, shown in (({}, "from-a-file"), ({"DATABASE_URL": "sqlite:///x.db"}, "x.db")):
        environment = {"PATH": os.environ["PATH"], "SECRETS_DIR": str(secrets), **given}
        told = subprocess.run(
            [sys.executable, "-c", show], cwd=TEMPLATE, env=environment, capture_output=True
        )
        assert shown in told.stdout.decode(), told.stderr.decode()


def test_outside_of_a_project_nothing_is_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("STRATA_PROJECT", raising=False)
    monkeypatch.chdir(tmp_path)
    config._load.cache_clear()
    with pytest.raises(UsageError, match=re.escape(str(tmp_path))):
        config.load()
    for verb in ("check", "upgrade", "server start", "service start", "template status"):
        command = [sys.executable, "-m", "stratakit", *verb.split()]
        told = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
        assert told.returncode == 2
        assert str(tmp_path) in told.stderr
        assert "alembic init migrations" in told.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_the_migrations_is_not_a_package_of_the_application(tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/alembic\n")
    for folder in ("alembic", "shop"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "env.py").touch()
    assert [*config.Config(root=tmp_path).packages] == ["shop"]


def test_a_relative_folder_is_the_one_of_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "strata.toml").write_text(f'database_name = "{name}"\n')
        monkeypatch.chdir(tmp_path / name)
        assert config.load(Path()).root == tmp_path / name
        assert config.load(Path()).database_name == name
