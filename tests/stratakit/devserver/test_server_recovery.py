"""The local PostgreSQL after a crash, and when several processes want it at once."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from stratakit.devserver.server import Server
from tests.stratakit.devserver.servers import (
    ask,
    kill,
    made_before,
    postmaster,
    start_by_another_process,
)


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


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "600"])
    yield process
    process.kill()
    process.wait()


def put_in_pid_files(server: Server, pid: int) -> None:
    for path in (server.data / "postmaster.pid", *server.folder.glob(".s.PGSQL.*.lock")):
        _, *rest = path.read_text().splitlines(keepends=True)
        path.write_text("".join([f"{pid}\n", *rest]))


def test_processes_that_start_it_at_the_same_moment_share_one_server(new: Server) -> None:
    processes = [start_by_another_process(new) for _ in range(3)]

    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert new.is_running
    assert "already" not in new.log.read_text()


def test_it_goes_on_when_the_process_that_started_it_is_killed(server: Server) -> None:
    process = start_by_another_process(server, and_then="import os; os.killpg(0, 9)")

    assert process.wait(60) == -signal.SIGKILL
    assert ask(server, "SELECT 1") == 1


def test_it_starts_again_after_it_was_killed(server: Server) -> None:
    server.start()
    server.create_database("kept")
    pid = kill(server)

    server.start()

    assert postmaster(server) != pid
    assert ask(server, "SELECT 1", "kept") == 1


def test_it_starts_when_the_last_process_of_a_killed_server_has_ended(server: Server) -> None:
    server.start()
    last = ask(server, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")
    assert isinstance(last, int)
    os.kill(last, signal.SIGSTOP)
    kill(server)

    start = start_by_another_process(server)
    refused = False
    while start.poll() is None and not refused:
        with suppress(FileNotFoundError):
            refused = "still in use" in server.log.read_text()
    os.kill(last, signal.SIGCONT)

    assert start.wait(30) == 0
    assert ask(server, "SELECT 1") == 1


def test_it_starts_although_a_foreign_process_now_has_its_number(
    server: Server, bystander: subprocess.Popen[bytes]
) -> None:
    server.start()
    kill(server)
    put_in_pid_files(server, bystander.pid)

    server.start()

    assert ask(server, "SELECT 1") == 1
    assert bystander.poll() is None


def test_a_stop_of_a_killed_server_leaves_the_foreign_process_of_its_number_alone(
    server: Server, bystander: subprocess.Popen[bytes]
) -> None:
    server.start()
    kill(server)
    put_in_pid_files(server, bystander.pid)

    server.stop()

    assert bystander.poll() is None


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who listens at a socket")
def test_a_stop_asks_the_socket_and_not_the_file_whom_to_end(
    server: Server, bystander: subprocess.Popen[bytes]
) -> None:
    server.start()
    put_in_pid_files(server, bystander.pid)

    server.stop()

    assert bystander.poll() is None
    assert not server.is_running


def test_an_empty_pid_file_does_not_stop_it(server: Server) -> None:
    server.start()
    kill(server)
    (server.data / "postmaster.pid").write_text("")

    server.start()

    assert ask(server, "SELECT 1") == 1


def test_a_first_start_that_was_killed_half_way_is_begun_again(new: Server) -> None:
    process = start_by_another_process(new)
    patience = time.monotonic() + 30
    while not list(new.folder.glob("unfinished-*/global")) and time.monotonic() < patience:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not new.data.exists()

    new.start()

    assert ask(new, "SELECT 1") == 1
    assert not list(new.folder.glob("unfinished-*"))
