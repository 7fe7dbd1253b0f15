"""The local PostgreSQL of a service, from its first start to its removal."""

import os
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from stratakit.devserver.account import account_for
from stratakit.devserver.binaries import binaries, major_version
from stratakit.devserver.cluster import initialize
from stratakit.devserver.server import Server, local_server
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from tests.stratakit.devserver.servers import ask, made_before, postmaster

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / ".local" / "postgresql", durable=False)
    yield server
    server.remove()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = made_before(tmp_path / ".local" / "postgresql")
    yield server
    server.remove()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = made_before(tmp_path_factory.mktemp("running") / "postgresql")
    server.start()
    yield server
    server.remove()


@pytest.fixture
def short_path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_a_first_start_makes_a_server_that_speaks_utf8_and_utc(new: Server) -> None:
    new.start()

    assert new.is_running
    assert ask(new, "SHOW server_encoding") == "UTF8"
    assert ask(new, "SELECT lower('É')") == "é"
    assert ask(new, "SHOW timezone") == "UTC"


def test_it_listens_at_a_socket_in_a_folder_that_is_closed_to_others(running: Server) -> None:
    assert ask(running, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(running.folder.stat().st_mode) == 0o700


def test_a_start_of_a_server_that_was_made_before_takes_well_under_a_second(
    server: Server,
) -> None:
    took = []
    for _ in range(3):
        began = time.monotonic()
        server.start()
        took.append(time.monotonic() - began)
        server.stop()

    assert min(took) < 0.5


def test_a_start_of_a_running_server_leaves_it_alone(running: Server) -> None:
    before = postmaster(running)

    running.start()

    assert postmaster(running) == before


def test_stored_rows_survive_a_stop_and_a_start(server: Server) -> None:
    server.start()
    server.create_database("orders")
    ask(server, "CREATE TABLE kept AS SELECT 42 AS number", "orders")
    server.stop()
    assert not server.is_running

    server.start()

    assert ask(server, "SELECT number FROM kept", "orders") == 42


def test_two_services_have_two_servers(server: Server, running: Server) -> None:
    server.start()

    assert server.url("postgres") != running.url("postgres")
    assert postmaster(server) != postmaster(running)
    server.stop()
    assert running.is_running


@pytest.mark.parametrize("version", ["16", "18"])
def test_data_are_served_by_the_version_that_made_them(new: Server, version: str) -> None:
    new.folder.mkdir(parents=True)
    initialize(new.data, binaries(version), account_for(new.folder))

    new.start()

    assert str(ask(new, "SHOW server_version")).startswith(version)
    assert ask(new, "SELECT lower('É')") == "é"


def test_data_of_a_version_that_is_not_here_are_refused_with_what_to_do(new: Server) -> None:
    new.data.mkdir(parents=True)
    (new.data / "PG_VERSION").write_text("12\n")

    with pytest.raises(StrataError) as problem:
        new.start()

    assert "PostgreSQL 12" in str(problem.value)
    assert f"has PostgreSQL {major_version(binaries())}" in str(problem.value)
    assert f"{MIGRATE} server remove" in problem.value.hint


def test_a_stop_does_not_wait_for_the_clients(server: Server) -> None:
    server.start()
    with psycopg.connect(server.url("postgres")) as connection:
        connection.execute("SELECT 1")
        began = time.monotonic()
        server.stop()

        assert time.monotonic() - began < 5
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_a_removal_ends_the_server_and_deletes_its_folder(server: Server) -> None:
    server.start()

    server.remove()

    assert not server.is_running
    assert not server.folder.exists()


def test_a_stop_and_a_removal_of_what_was_never_made_make_nothing(new: Server) -> None:
    new.stop()
    new.remove()

    assert not new.folder.parent.exists()


def test_a_start_that_fails_shows_the_end_of_the_servers_log(server: Server) -> None:
    server.start()
    server.stop()
    with (server.data / "postgresql.conf").open("a") as settings:
        settings.write("running_bufers = 1\n")

    with pytest.raises(StrataError, match="running_bufers") as problem:
        server.start()

    assert problem.value.status == 3


@pytest.mark.parametrize("name", ["x" * 90, "one,two", "sp ace ü %2C @ '\""])
def test_a_service_can_be_in_any_folder(short_path: Path, name: str) -> None:
    server = local_server(short_path / name)
    try:
        server.start()
        server.create_database("orders")
        assert ask(server, "SELECT current_database()", "orders") == "orders"
        sockets = Path(str(ask(server, "SHOW unix_socket_directories")))
    finally:
        server.remove()

    assert not sockets.exists()


@as_root
def test_a_folder_for_the_socket_that_someone_else_made_is_not_used(short_path: Path) -> None:
    server = local_server(short_path / ("x" * 90))
    server.start()
    sockets = Path(str(ask(server, "SHOW unix_socket_directories")))
    server.stop()
    os.chown(sockets, 12345, 12345)
    try:
        with pytest.raises(StrataError, match=str(sockets)):
            server.start()
    finally:
        os.chown(sockets, 0, 0)
        server.remove()


def test_the_environment_of_other_servers_does_not_lead_astray(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    monkeypatch.setenv("PGHOST", "elsewhere.example")
    monkeypatch.setenv("PGDATA", "/nowhere")

    server.start()

    assert ask(server, "SELECT 1") == 1
