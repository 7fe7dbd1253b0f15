"""`./migrate.sh server`, run in a service."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from stratakit.devserver.server import local_server
from tests.stratakit.devserver.servers import made_before

SERVER = (sys.executable, "-m", "stratakit", "server")


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "strata.toml").write_text('database_name = "orders"\n')
    yield tmp_path
    local_server(tmp_path).remove()


@pytest.fixture
def made(root: Path) -> Path:
    """The service whose server was made before."""
    made_before(local_server(root).folder)
    return root


def run(
    root: Path, *arguments: str, database_url: str = "", typed: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SERVER, *arguments],
        cwd=root,
        env={**os.environ, "DATABASE_URL": database_url},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_start_makes_the_services_database_and_url_names_it(root: Path) -> None:
    assert run(root, "start").returncode == 0
    again = run(root, "start")

    assert again.returncode == 0
    url = run(root, "url").stdout.strip()
    assert url in again.stdout
    with psycopg.connect(url) as connection:
        assert connection.info.dbname == "orders"


def test_status_shows_if_it_runs(made: Path) -> None:
    assert run(made, "status").returncode == 3
    run(made, "start")
    assert run(made, "status").returncode == 0
    assert run(made, "stop").returncode == 0
    assert run(made, "status").returncode == 3


def test_stop_reports_the_sessions_that_it_ends(made: Path) -> None:
    run(made, "start")
    url = run(made, "url").stdout.strip()
    with psycopg.connect(url):
        assert "make dev" in run(made, "stop").stderr
    run(made, "start")
    assert run(made, "stop").stderr == ""


def test_remove_leaves_nothing_of_it(made: Path) -> None:
    run(made, "start")

    assert run(made, "remove").returncode == 0
    assert not (made / ".local" / "postgresql").exists()


def test_psql_opens_the_services_database(made: Path) -> None:
    run(made, "start")

    told = run(made, "psql", typed="SELECT current_database();")

    assert told.returncode == 0, told.stderr
    assert "orders" in told.stdout


@pytest.mark.parametrize("command", ["start", "psql"])
def test_nothing_is_done_where_database_url_names_another_server(root: Path, command: str) -> None:
    told = run(root, command, database_url="postgresql://someone@elsewhere.example/orders")

    assert told.returncode == 0
    assert "DATABASE_URL is set" in told.stderr
    assert not (root / ".local").exists()


def test_a_started_server_is_removed_wherever_database_url_points(made: Path) -> None:
    run(made, "start")

    told = run(made, "remove", database_url="postgresql://someone@elsewhere.example/orders")

    assert told.returncode == 0, told.stderr
    assert not (made / ".local" / "postgresql").exists()


def test_the_local_database_is_not_removed_in_production(made: Path) -> None:
    run(made, "start")
    (made / ".env").write_text("ENVIRONMENT=production\n")

    told = run(made, "remove")

    assert told.returncode == 1
    assert "(.local)" in told.stderr
    assert "ENVIRONMENT" in told.stderr
    assert (made / ".local" / "postgresql" / "data").exists()


def test_database_url_in_the_env_file_counts_too(root: Path) -> None:
    (root / ".env").write_text("DATABASE_URL=postgresql://someone@elsewhere.example/orders\n")
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}

    told = subprocess.run(
        [*SERVER, "start"],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.returncode == 0
    assert "DATABASE_URL is set" in told.stderr
    assert not (root / ".local").exists()


@pytest.mark.parametrize("database", ["sqlite", "mysql"])
def test_nothing_is_done_where_the_service_uses_another_database(root: Path, database: str) -> None:
    (root / "strata.toml").write_text(f'database = "{database}"\n')

    told = run(root, "start")

    assert told.returncode == 0
    assert database in told.stderr
    assert not (root / ".local").exists()


def test_a_problem_is_reported_without_a_traceback(root: Path) -> None:
    data = root / ".local" / "postgresql" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("12\n")

    told = run(root, "start")

    assert told.returncode == 3
    assert "PostgreSQL 12" in told.stderr
    assert "Traceback" not in told.stderr


def test_an_unknown_command_is_a_wrong_call(root: Path) -> None:
    assert run(root, "restart").returncode == 2
