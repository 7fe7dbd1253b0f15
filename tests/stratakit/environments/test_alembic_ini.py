"""An alembic.ini in another folder, or with several sections, as `alembic -c` and `-n` name it."""

import os
import sys
from pathlib import Path

import pytest

from stratakit.alembic_files import read_alembic_files
from stratakit.cli.main import main

ENV = """\
from alembic import context
from sqlalchemy import create_engine, pool

engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = """\
import sqlalchemy as sa
from alembic import op

revision = "{id}"
down_revision = None
branch_labels = ("branch_{id}",)


def upgrade():
    op.create_table("{id}", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("{id}")
"""


def _history(folder: Path, revision: str) -> None:
    (folder / "versions").mkdir(parents=True)
    (folder / "env.py").write_text(ENV)
    (folder / "versions" / f"{revision}.py").write_text(REVISION.format(id=revision))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with the histories `first` and `second`, and conf/alembic.ini for both."""
    _history(tmp_path / "first", "one")
    _history(tmp_path / "package" / "second", "two")
    (tmp_path / "package" / "__init__.py").touch()
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "alembic.ini").write_text(
        f"[DEFAULT]\nprepend_sys_path = .\npath_separator = os\n"
        f"[first]\nscript_location = first\nsqlalchemy.url = sqlite:///{tmp_path}/one.db\n"
        f"[second]\nscript_location = package:second\n"
        f"sqlalchemy.url = sqlite:///{tmp_path}/two.db\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ALEMBIC_CONFIG", raising=False)
    # Each test imports its own.
    monkeypatch.setitem(sys.modules, "package", None)
    monkeypatch.delitem(sys.modules, "package")
    return tmp_path


@pytest.mark.parametrize(("section", "revision"), [("first", "one"), ("second", "two")])
def test_a_section_of_a_named_ini_is_the_history(
    project: Path, capsys: pytest.CaptureFixture[str], section: str, revision: str
) -> None:
    where = ["-c", "conf/alembic.ini", "-n", section]
    assert main(["heads", *where]) == 0
    assert main(["upgrade", *where]) == 0
    assert main(["current", *where]) == 0
    assert revision in capsys.readouterr().out
    assert sorted(path.name for path in project.glob("*.db")) == [f"{revision}.db"]


def test_strata_toml_names_the_ini_for_the_hook(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "strata.toml").write_text(
        'alembic_ini = "conf/alembic.ini"\nalembic_section = "second"\n'
    )
    assert main(["heads"]) == 0
    assert "two" in capsys.readouterr().out


def test_the_variable_of_alembic_names_the_ini(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALEMBIC_CONFIG", os.fspath(project / "conf" / "alembic.ini"))
    assert main(["heads", "-n", "first"]) == 0
    assert "one" in capsys.readouterr().out


def test_an_ini_that_is_not_there_is_refused(project: Path) -> None:
    assert main(["heads", "-c", "alembic.ini"]) == 2


def test_a_section_that_is_not_there_is_refused(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["heads", "-c", "conf/alembic.ini", "-n", "third"]) != 0
    assert "third" in capsys.readouterr().err


def test_a_package_in_src_is_found_like_by_alembic(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "src" / "service" / "db").mkdir(parents=True)
    (project / "src" / "service" / "__init__.py").touch()
    monkeypatch.syspath_prepend(project / "src")
    (project / "alembic.ini").write_text("[alembic]\nscript_location = service:db\n")
    assert read_alembic_files(project).migrations == project / "src" / "service" / "db"


def test_several_labelled_heads_name_the_command_that_applies_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "first" / "versions" / "other.py").write_text(REVISION.format(id="other"))
    where = ["-c", "conf/alembic.ini", "-n", "first"]
    assert main(["upgrade", *where]) == 2
    assert "upgrade heads" in capsys.readouterr().err
    assert main(["upgrade", "heads", *where]) == 0


def test_lint_runs_on_the_kind_of_database_that_env_py_names(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEST_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    assert main(["lint", "one", "-c", "conf/alembic.ini", "-n", "first"]) in (0, 1)
    assert "127.0.0.1" not in "".join(capsys.readouterr())
