"""What the library learns from a project's env.py, and what is said of one that cannot be run."""

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Engine, create_engine, inspect

from stratakit.config import Config, load
from stratakit.diagnostics.errors import StrataError
from stratakit.scratch import environment
from tests.rows import imports_of_a_service
from tests.service import Service

MODELS = """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
"""
ENV = """
from stratakit.alembic import discover_models, run_migrations

from app.models import Base

run_migrations(target_metadata=discover_models("app", base=Base), url={url})
"""
REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "001"
down_revision = None


def upgrade() -> None:
    op.create_table("orders", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("orders")
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Service]:
    """A project that has nothing but models, a revision and an env.py."""
    project = Service(tmp_path, "sqlite")
    project.write("strata.toml", 'database = "sqlite"\ndatabase_name = "orders"\n')
    project.write(
        "alembic.ini",
        "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = %(here)s\n"
        "path_separator = os\n",
    )
    project.write("app/__init__.py", "")
    project.write("app/models.py", MODELS)
    project.write("migrations/versions/001_orders.py", REVISION)
    project.write("migrations/env.py", ENV.format(url=None))
    with imports_of_a_service():
        yield project


def config(project: Service) -> Config:
    return load(project.root)


def alembic(project: Service) -> AlembicConfig:
    return AlembicConfig(project.root / "alembic.ini")


def database(project: Service, name: str) -> Engine:
    return create_engine(f"sqlite:///{project.root}/{name}.db")


def refused(project: Service, env: str) -> StrataError:
    """What the library says of an env.py, and `check` says as well, without a traceback."""
    project.write("migrations/env.py", textwrap.dedent(env))
    with pytest.raises(StrataError) as raised:
        environment.capture(config(project))
    told = project.run(project.python, "-m", "stratakit", "check")
    assert told.returncode == raised.value.status
    assert told.stderr.strip() == str(raised.value)
    assert told.stdout == ""
    return raised.value


def test_it_names_the_database_and_the_tables(project: Service) -> None:
    project.write("migrations/env.py", ENV.format(url='"sqlite:///own.db"'))
    assert list(environment.metadata(config(project)).tables) == ["orders"]
    url = environment.capture(config(project)).url
    assert url is not None
    assert url.url.database == f"{project.root}/own.db"
    assert not (project.root / "own.db").exists()


@pytest.mark.parametrize(
    "written",
    [
        '"sqlite:///own.db"',
        '__import__("sqlalchemy").make_url("sqlite:///own.db")',
        '__import__("pydantic").SecretStr("sqlite:///own.db")',
    ],
    ids=["text", "URL", "secret"],
)
def test_a_url_may_be_text_or_an_object(project: Service, written: str) -> None:
    project.write("migrations/env.py", ENV.format(url=written))
    assert environment.current_url(config(project)).name == "own.db"


def test_without_a_url_it_is_the_local_database(project: Service) -> None:
    assert environment.capture(config(project)).url is None
    assert environment.capture(config(project)).database.name == "orders.db"


def test_a_failing_import_is_reported_with_file_and_line(project: Service) -> None:
    error = refused(project, "import os\n\nimport no_such_library\n")
    assert error.status == 2
    assert "migrations/env.py cannot be run: ModuleNotFoundError" in error.message
    assert f"({project.root}/migrations/env.py:3)" in error.message


def test_a_failing_import_of_the_project_is_reported_with_its_place(project: Service) -> None:
    project.write("app/engine.py", "def url():\n    raise RuntimeError('no region')\n")
    error = refused(project, f"from app.engine import url\n{ENV.format(url='url()')}")
    assert "RuntimeError: no region" in error.message
    assert f"({project.root}/app/engine.py:2)" in error.message


def test_a_syntax_error_is_reported(project: Service) -> None:
    place = f"{project.root}/migrations/env.py:1: "
    assert refused(project, "from app import\n").message.startswith(place)


def test_invalid_settings_are_reported_without_their_values(project: Service) -> None:
    error = refused(
        project,
        """\
        from pydantic_settings import BaseSettings


        class Settings(BaseSettings):
            pool: int = "s3cret"

            model_config = {"validate_default": True}


        Settings()
        """,
    )
    assert error.status == 2
    assert "ValidationError: pool: " in error.message
    assert "env.py cannot" not in error.message
    assert f"({project.root}/migrations/env.py:" in error.message
    assert "s3cret" not in str(error)


def test_another_wrong_value_is_not_an_error_of_the_settings(project: Service) -> None:
    error = refused(project, 'int("seven")\n')
    assert "env.py cannot be run: ValueError" in error.message


def test_an_env_py_that_runs_no_migrations_is_reported(project: Service) -> None:
    error = refused(project, "from app.models import Base\n")
    assert error.status == 2
    assert "migrations/env.py " in error.message
    assert "context.run_migrations()" in error.hint


@pytest.mark.parametrize("url", ['"oracle://me:s3cret@db/x"', '"postgresql://me:s3cret@db:x/y"'])
def test_an_unreadable_url_is_reported_without_the_password(project: Service, url: str) -> None:
    error = refused(project, ENV.format(url=url))
    assert "The database URL" in error.message
    assert "s3cret" not in str(error)
    plain = project.alembic("current")
    assert plain.returncode != 0
    assert "The database URL" in plain.stderr
    assert "Traceback" not in plain.stderr
    assert "s3cret" not in plain.stderr


def test_a_caller_names_another_database_by_the_option_of_alembic(project: Service) -> None:
    project.write("migrations/env.py", ENV.format(url='"sqlite:///own.db"'))
    asked = alembic(project)
    asked.set_main_option("sqlalchemy.url", f"sqlite:///{project.root}/other.db")
    command.upgrade(asked, "head")
    assert inspect(database(project, "other")).has_table("orders")
    assert not (project.root / "own.db").exists()


@pytest.mark.parametrize(
    ("written", "named", "used"),
    [
        ("driver://user:pass@localhost/dbname", '"sqlite:///own.db"', "own"),
        ("driver://user:pass@localhost/dbname", "None", ".local/orders"),
        ("sqlite:///written.db", '"sqlite:///own.db"', "own"),
        ("sqlite:///written.db", "None", "written"),
    ],
)
def test_the_url_in_alembic_ini_counts_if_env_py_names_none(
    project: Service, written: str, named: str, used: str
) -> None:
    project.write("strata.toml", 'database = "sqlite"\ndatabase_name = "orders"\n')
    project.write("migrations/env.py", ENV.format(url=named))
    ini = (project.root / "alembic.ini").read_text()
    project.write("alembic.ini", ini.replace("[alembic]", f"[alembic]\nsqlalchemy.url = {written}"))
    done = project.run(project.root / ".venv/bin/stratakit", "upgrade")
    assert done.returncode == 0, done.stderr
    assert inspect(database(project, used)).has_table("orders")
    assert len([*project.root.glob("*.db"), *project.root.glob(".local/*.db")]) == 1


@pytest.mark.parametrize("kind", ["connection", "engine"])
def test_a_caller_passes_its_own_connection(project: Service, kind: str) -> None:
    project.write("migrations/env.py", ENV.format(url='"sqlite:///own.db"'))
    asked = alembic(project)
    asked.set_main_option("sqlalchemy.url", f"sqlite:///{project.root}/other.db")
    engine = database(project, "handed")
    with engine.connect() as connection:
        asked.attributes["connection"] = connection if kind == "connection" else engine
        command.upgrade(asked, "head")
        assert inspect(engine).has_table("orders")
        assert inspect(engine).has_table("migration_log")
        command.check(asked)
        command.downgrade(asked, "base")
        assert not inspect(engine).has_table("orders")
        command.stamp(asked, "base")
    for name in ("own", "other"):
        assert not (project.root / f"{name}.db").exists()


def test_the_settings_of_a_new_service_are_reported_by_name_only(
    service: Callable[..., Path],
) -> None:
    live = Service(service(database="sqlite"), "sqlite")
    told = live.migrate("check", DATABASE_POOL_SIZE="s3cret")
    assert told.returncode == 2
    assert "DATABASE_POOL_SIZE" in told.stderr
    assert "Traceback" not in told.stderr
    assert "s3cret" not in told.stderr


def test_a_url_of_another_kind_of_database_is_refused(project: Service) -> None:
    error = refused(project, ENV.format(url='"postgresql://nowhere.invalid/orders"'))
    assert 'strata.toml says database = "sqlite"' in error.message


def test_without_a_url_the_variable_of_the_environment_counts(project: Service) -> None:
    project.write(".env", f"DATABASE_URL=sqlite:///{project.root}/named.db\n")
    done = project.run(project.python, "-m", "stratakit", "upgrade")
    assert done.returncode == 0, done.stderr
    assert inspect(database(project, "named")).has_table("orders")


@pytest.mark.parametrize("fault", ["import nonsense\n", "def broken(:\n", "1 / 0\n"])
def test_plain_alembic_names_a_model_that_cannot_be_imported_without_a_traceback(
    project: Service, fault: str
) -> None:
    project.write("app/models.py", MODELS)
    project.write("app/other/__init__.py", "")
    project.write("app/other/models.py", fault)
    told = project.alembic("current")
    assert told.returncode != 0
    # Alembic prints its refusals to stdout.
    printed = told.stdout + told.stderr
    assert "app/other/models.py cannot be imported" in printed
    assert "Traceback" not in printed


def test_a_command_runs_from_a_folder_below_the_project(project: Service) -> None:
    ini = (project.root / "alembic.ini").read_text().replace("%(here)s\npath", ".\npath")
    project.write("alembic.ini", ini)
    done = project.run(
        project.python, "-m", "stratakit", "upgrade", cwd=project.root / "migrations"
    )
    assert done.returncode == 0, done.stderr


def test_a_relative_downgrade_at_two_heads_is_refused(project: Service) -> None:
    for revision_id, table in (("002", "a"), ("003", "b")):
        text = REVISION.replace('"001"', f'"{revision_id}"').replace('"orders"', f'"{table}"')
        text = text.replace("down_revision = None", 'down_revision = "001"')
        project.write(f"migrations/versions/{revision_id}.py", text)
    upgraded = project.run(project.python, "-m", "stratakit", "upgrade", "heads")
    assert upgraded.returncode == 0, upgraded.stderr
    refusal = project.run(project.python, "-m", "stratakit", "downgrade")
    assert refusal.returncode == 2
    assert "002 and 003, so -1 " in refusal.stderr
    assert {"a", "b"} <= {*inspect(database(project, ".local/orders")).get_table_names()}


@pytest.mark.parametrize(
    "verb", ["current", "history", "check", "drift", "upgrade --dry-run", "backup"]
)
def test_a_reading_command_creates_no_file_for_a_mistyped_url(project: Service, verb: str) -> None:
    project.write("migrations/env.py", ENV.format(url='"sqlite:///mistyped.db"'))
    told = project.run(project.python, "-m", "stratakit", *verb.split())
    assert "Traceback" not in told.stderr
    if verb == "backup":
        assert told.returncode != 0
    assert not list(project.root.glob("mistyped*"))
