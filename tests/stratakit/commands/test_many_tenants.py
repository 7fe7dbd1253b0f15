"""One chain of revisions for many tenants: schemas, databases, files."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text

from stratakit import commands
from stratakit.commands import TenantResult
from stratakit.config import Config, load
from stratakit.diagnostics.errors import UsageError
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL, parse
from tests import databases
from tests.stratakit.environments.projects import ITEMS, SEED, Project, digest, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

SCHEMAS = """
tenant = context.get_x_argument(as_dictionary=True).get("tenant")
with create_engine(URL).connect() as connection:
    connection.execute(sa.text('SET search_path TO "%s"' % tenant))
    connection.commit()
    connection.dialect.default_schema_name = tenant
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
"""As in Alembic's cookbook, "Rudimental Schema-Level Multi Tenancy for PostgreSQL Databases"."""
VERSION_TABLES = """
tenant = context.get_x_argument(as_dictionary=True).get("tenant")
with create_engine(URL).connect() as connection:
    connection = connection.execution_options(schema_translate_map={None: tenant})
    context.configure(
        connection=connection, target_metadata=target_metadata, version_table_schema=tenant
    )
    with context.begin_transaction():
        context.run_migrations()
"""
NOTES = """\
import sqlalchemy as sa
from alembic import op

revision = "a2"
down_revision = "a1"


def upgrade():
    op.create_table("notes", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("notes")
"""
FILES = """
tenant = context.get_x_argument(as_dictionary=True).get("tenant")
URL = f"sqlite:///{tenant}.db"
"""
GIVEN = """
URL = context.config.get_main_option("sqlalchemy.url")
"""
NAMES = ["acme", "globex", "hooli", "initech", "umbrella"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        yield tmp_path


@contextmanager
def server(backend: str) -> Iterator[tuple[DatabaseURL, Connection]]:
    """A database of a family, and a connection to it."""
    with databases.fresh(backend) as environment:
        url = parse(environment["DATABASE_URL"], Config(root=Path.cwd()))
        with connect(url) as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT")
            yield url, connection


def for_env(url: DatabaseURL) -> str:
    """The line of env.py that names a database."""
    return f"URL = {url.for_migrations.render_as_string(hide_password=False)!r}\n"


def states(results: commands.TenantsResult) -> dict[str, str]:
    """Return the state of each tenant."""
    return {each.name: each.state for each in results.tenants}


def find(results: commands.TenantsResult, name: str) -> TenantResult:
    """Return the result of one tenant."""
    return next(each for each in results.tenants if each.name == name)


@pytest.mark.parametrize("shape", [SCHEMAS, VERSION_TABLES], ids=["search path", "version table"])
def test_a_failed_schema_stops_no_other_and_is_continued(folder: Path, shape: str) -> None:
    with server("postgresql") as (url, connection):
        project = Project(folder, HEAD + for_env(url) + shape)
        # Textual SQL has no translated schema.
        project.write("migrations/versions/a2_seed.py", NOTES)
        for name in NAMES:
            connection.execute(text(f"CREATE SCHEMA {name}"))
        connection.execute(text("CREATE TABLE initech.items (id int)"))
        seen: list[str] = []
        first = commands.upgrade_all(
            load(folder), tenants=NAMES, parallel=2, on_result=lambda each: seen.append(each.name)
        )
        assert states(first) == dict.fromkeys(NAMES, "done") | {"initech": "failed"}
        assert sorted(seen) == NAMES
        error = find(first, "initech").error
        assert error is not None
        assert error.hint.endswith("adopt -x tenant=initech")
        head = find(first, "acme").heads
        assert find(first, "acme").is_head
        for name in NAMES:
            logged = connection.scalar(text(f"SELECT to_regclass('{name}.migration_log')"))
            assert (logged is None) == (name == "initech"), name
        assert connection.scalar(text("SELECT to_regclass('public.migration_log')")) is None

        connection.execute(text("DROP TABLE initech.items"))
        again = commands.upgrade_all(load(folder), tenants=NAMES, parallel=1)
        assert again.is_done
        assert {each.name for each in again.tenants if each.applied} == {"initech"}
        assert {each.heads for each in again.tenants} == {head}


def test_databases_are_migrated_by_the_urls_of_a_function(folder: Path) -> None:
    project = Project(folder, HEAD + GIVEN + PLAIN)
    project.write("strata.toml", 'tenants = "app.tenants:urls"\n')
    project.write(
        "app/tenants.py",
        "def urls():\n    return {'acme': 'sqlite:///a.db', 'globex': 'sqlite:///b.db'}\n",
    )
    upgraded = project.run("upgrade", "--all", "--parallel", "1", "--json")
    assert upgraded.status == 0, upgraded
    results = json.loads(upgraded.stdout)["tenants"]
    assert [(each["name"], each["applied"]) for each in results] == [
        ("acme", ["a1", "a2"]),
        ("globex", ["a1", "a2"]),
    ]
    assert "a2" in project.run("current", "-x", "tenant=globex").stdout
    assert not (folder / "app.db").exists()
    project.write("migrations/env.py", HEAD + PLAIN)
    refused = project.run("upgrade", "-x", "tenant=globex")
    assert refused.status == 2, refused
    assert "sqlalchemy.url" in refused.stderr
    assert not digest(folder / "app.db")


def test_databases_of_mariadb_are_migrated(folder: Path) -> None:
    with server("mysql") as (url, connection):
        Project(folder, HEAD + GIVEN + PLAIN)
        names = {name: f"{url.url.database}_{name}" for name in ("acme", "globex")}
        urls = {}
        try:
            for name, database in names.items():
                connection.execute(text(f"CREATE DATABASE {database}"))
                urls[name] = url.with_name(database).url.render_as_string(hide_password=False)
            urls["gone"] = url.with_name("no_such").url.render_as_string(hide_password=False)
            upgraded = commands.upgrade_all(load(folder), tenants=urls, parallel=1)
            assert states(upgraded) == {"acme": "done", "globex": "done", "gone": "unreachable"}
            assert find(upgraded, "globex").applied == ("a1", "a2")
        finally:
            for database in names.values():
                connection.execute(text(f"DROP DATABASE IF EXISTS {database}"))


def test_an_env_py_that_ignores_the_tenant_is_refused_before_anything_runs(folder: Path) -> None:
    Project(folder, HEAD + PLAIN)
    for run in (commands.upgrade_all, commands.current_all):
        with pytest.raises(UsageError, match="acme and globex"):
            run(load(folder), tenants=["acme", "globex"], parallel=1)
    assert not digest(folder / "app.db")


def test_an_unreachable_database_or_a_dead_process_is_reported_for_its_tenant(folder: Path) -> None:
    project = Project(folder, HEAD + FILES + PLAIN)
    project.write(
        "migrations/versions/a2_seed.py",
        SEED.replace(
            "def upgrade():",
            "def upgrade():\n    import os\n"
            "    if op.get_bind().engine.url.database == 'hooli.db':\n"
            "        os.kill(os.getpid(), 9)",
        ),
    )
    (folder / "globex.db").mkdir()
    project.write("list.txt", "acme\nglobex\nhooli\ninitech\n")
    upgraded = project.run("upgrade", "--tenants", "list.txt", "--parallel", "1")
    assert upgraded.status == 1, upgraded
    assert "SIGKILL" in upgraded.stdout
    read = project.run("current", "--tenants", "list.txt", "--parallel", "1", "--json")
    assert read.status == 1, read
    found = {each["name"]: each for each in json.loads(read.stdout)["tenants"]}
    assert found["acme"]["is_head"]
    assert found["initech"]["is_head"]
    assert found["globex"]["state"] == "unreachable"
    assert (found["hooli"]["heads"], found["hooli"]["pending"]) == (["a1"], ["a2"])


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_signal_lets_the_running_revision_end_and_begins_no_other(folder: Path) -> None:
    project = Project(folder, HEAD + FILES + PLAIN)
    project.write(
        "migrations/versions/a1_items.py",
        ITEMS.replace(
            "def upgrade():",
            "def upgrade():\n    import pathlib, time\n    pathlib.Path('begun').touch()\n"
            "    while not pathlib.Path('go').exists():\n        time.sleep(0.01)",
        ),
    )
    project.write("list.txt", "acme\nglobex\n")
    process = subprocess.Popen(
        ["stratakit", "upgrade", "--tenants", "list.txt", "--parallel", "1", "--json"],
        executable=Path(sys.executable).with_name("stratakit"),
        cwd=folder,
        stdout=subprocess.PIPE,
    )
    wait_for((folder / "begun").exists)
    process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    (folder / "go").touch()
    output, _ = process.communicate()
    assert process.returncode == 1
    found = {each["name"]: each for each in json.loads(output)["tenants"]}
    assert (found["acme"]["state"], found["acme"]["applied"]) == ("stopped", ["a1"])
    assert found["globex"]["state"] == "not begun"
    with create_engine("sqlite:///acme.db").connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "a1"
    assert not (folder / "globex.db").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("upgrade", "--all"),
        ("upgrade", "--tenants", "empty.txt"),
        ("upgrade", "--tenants", "no-such.txt"),
        ("upgrade", "--tenants", "list.txt", "--sql"),
        ("upgrade", "--tenants", "list.txt", "--backup"),
        ("upgrade", "--tenants", "list.txt", "--parallel", "0"),
        ("current", "--all"),
    ],
    ids=" ".join,
)
def test_a_wrong_call_is_refused(folder: Path, arguments: tuple[str, ...]) -> None:
    project = Project(folder, HEAD + FILES + PLAIN)
    project.write("list.txt", "acme\n")
    project.write("empty.txt", "# nobody yet\n")
    refused = project.run(*arguments)
    assert refused.status == 2, refused
    assert not (folder / "acme.db").exists()
