"""`./migrate.sh service`, run in a service."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from stratakit.devserver.service import ServiceProcess
from stratakit.diagnostics.errors import StrataError
from stratakit.process import file_lock
from tests.serving import free_port

APP = """
import os
import time

READY = 200

async def answer(scope, receive, send):
    if scope["type"] == "lifespan":
        while (await receive())["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        await send({"type": "lifespan.shutdown.complete"})
    else:
        if scope["path"] == "/stuck":
            time.sleep(600)
        status = READY if scope["path"] == "/ready" else 200
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body", "body": b"process %d" % os.getpid()})

def create_app():
    return answer
"""
IMPATIENT = """
import sys
from stratakit.cli.main import run
from stratakit.devserver import readiness_probe, service
readiness_probe.READY_SECONDS = service.STOP_SECONDS = 1.5
sys.exit(run())
"""


class Service:
    """A service that consists of nothing but its answers."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = free_port()
        self.lock = root / ".local" / "service.lock"
        (root / "strata.toml").touch()
        (root / "app").mkdir()
        self.write(APP)

    def write(self, app: str) -> None:
        (self.root / "app" / "main.py").write_text(app)

    def popen(self, *arguments: str, code: str = "") -> subprocess.Popen[str]:
        program = ["-c", code] if code else ["-m", "stratakit"]
        return subprocess.Popen(
            [sys.executable, *program, "service", *arguments],
            cwd=self.root,
            env={**os.environ, "http_proxy": "http://127.0.0.1:1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, code: str = "") -> tuple[int, str]:
        process = self.popen(*arguments, code=code)
        told, _ = process.communicate(timeout=60)
        return process.returncode, told

    def start(self, code: str = "") -> tuple[int, str]:
        return self.run("start", "--port", str(self.port), code=code)

    def pid(self) -> int:
        """The process that answers; a ConnectionRefusedError where none does."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.request("GET", "/")
        found = re.search(r"\d+", connection.getresponse().read().decode())
        connection.close()
        assert found
        return int(found.group())


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    yield service
    service.run("stop", code=IMPATIENT)


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_start_returns_when_the_service_is_ready_and_prints_its_address(service: Service) -> None:
    status, told = service.start()

    assert status == 0, told
    assert f"http://127.0.0.1:{service.port}" in told
    assert str(service.root / ".local" / "service.log") in told
    assert service.pid()
    assert "Uvicorn running" in (service.root / ".local" / "service.log").read_text()


def test_a_second_start_prints_the_address_of_the_first(service: Service) -> None:
    service.start()
    pid = service.pid()

    status, told = service.run("start", "--port", str(free_port()))

    assert status == 0
    assert f"already runs: http://127.0.0.1:{service.port}" in told
    assert "make restart" not in told
    assert service.pid() == pid


def test_a_second_start_lists_code_that_the_running_service_lacks(
    service: Service,
) -> None:
    service.start()
    main = service.root / "app" / "main.py"
    an_hour_later = time.time() + 3600
    os.utime(main, (an_hour_later, an_hour_later))

    _, told = service.run("start", "--port", str(service.port))

    assert "app/main.py" in told
    assert "make restart" in told


def test_two_starts_at_the_same_moment_make_one_service(service: Service) -> None:
    starts = [service.popen("start", "--port", str(service.port)) for _ in range(2)]

    told = [start.communicate(timeout=60)[0] for start in starts]

    assert [start.returncode for start in starts] == [0, 0]
    assert sum("already runs" in each for each in told) == 1


def test_stop_ends_it(service: Service) -> None:
    service.start()

    assert service.run("stop")[0] == 0
    with pytest.raises(ConnectionRefusedError):
        service.pid()
    assert "Finished server process" in (service.root / ".local" / "service.log").read_text()


def test_stop_without_a_running_service_succeeds(service: Service) -> None:
    assert service.run("stop")[0] == 0
    assert not service.lock.parent.exists()


def test_status_shows_if_it_runs(service: Service) -> None:
    assert service.run("status")[0] == 3
    service.start()
    status, told = service.run("status")
    assert status == 0
    assert f"http://127.0.0.1:{service.port}" in told


def test_a_service_that_breaks_at_its_start_shows_the_end_of_its_log(service: Service) -> None:
    service.write("raise RuntimeError('no such setting')")

    status, told = service.start()

    assert status == 1
    assert "RuntimeError: no such setting" in told
    assert str(service.root / ".local" / "service.log") in told


def test_a_service_that_is_not_ready_in_time_is_ended_and_its_answer_shown(
    service: Service,
) -> None:
    service.write(APP.replace("READY = 200", "READY = 503"))

    status, told = service.start(code=IMPATIENT)

    assert status == 1
    assert "/ready: 503 process" in told
    with pytest.raises(ConnectionRefusedError):
        service.pid()


def test_a_port_where_another_program_answers_is_refused(service: Service, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Service(tmp_path / "other")
    other.start()
    try:
        status, told = service.run("start", "--port", str(other.port))
    finally:
        other.run("stop")

    assert status == 1
    assert f"Port {other.port}" in told
    assert f"--port {other.port + 1}" in told


def test_stop_never_ends_a_foreign_process_with_the_same_number(
    service: Service, bystander: subprocess.Popen[bytes]
) -> None:
    service.start()
    os.kill(service.pid(), signal.SIGKILL)
    service.lock.write_text(f"{bystander.pid} {service.port}\n")

    assert "background" in service.run("stop")[1]
    assert bystander.poll() is None
    assert service.start()[0] == 0
    assert bystander.poll() is None


@pytest.mark.parametrize("told", ["", "nonsense", "0 8000\n", "1 8000\n"])
def test_a_number_that_means_many_processes_is_never_taken_for_the_services(
    tmp_path: Path, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stratakit.devserver.service.STOP_SECONDS", 0.1)
    lock = tmp_path / ".local" / "service.lock"
    held = file_lock.try_lock(lock)
    assert held is not None
    lock.write_text(told)

    with pytest.raises(StrataError, match=f"fuser -k {lock}"):
        ServiceProcess(tmp_path).find_process()
    os.close(held)
    assert ServiceProcess(tmp_path).find_process() is None


def test_a_killed_service_starts_again(service: Service) -> None:
    service.start()
    os.kill(service.pid(), signal.SIGKILL)

    assert service.run("status")[0] == 3
    status, told = service.start()

    assert status == 0, told
    assert service.pid()


def test_a_service_that_is_stuck_is_ended_all_the_same(service: Service) -> None:
    service.start()
    connection = HTTPConnection("127.0.0.1", service.port)
    connection.request("GET", "/stuck")
    time.sleep(0.2)

    assert service.run("stop", code=IMPATIENT)[0] == 0
    connection.close()
    with pytest.raises(ConnectionRefusedError):
        service.pid()


def test_a_service_whose_starter_was_killed_can_be_stopped(service: Service) -> None:
    service.write(APP.replace("READY = 200", "READY = 503"))
    start = service.popen("start", "--port", str(service.port))
    wait_for_an_answer(service)
    start.kill()
    start.wait()
    assert service.pid()

    assert service.run("stop")[0] == 0
    with pytest.raises(ConnectionRefusedError):
        service.pid()


def test_ctrl_c_while_it_starts_ends_it(service: Service) -> None:
    service.write(APP.replace("READY = 200", "READY = 503"))
    start = service.popen("start", "--port", str(service.port))
    wait_for_an_answer(service)
    start.send_signal(signal.SIGINT)

    told, _ = start.communicate(timeout=30)
    assert start.returncode == 130
    assert "Traceback" not in told
    with pytest.raises(ConnectionRefusedError):
        service.pid()


def wait_for_an_answer(service: Service) -> None:
    patience = time.monotonic() + 20
    while time.monotonic() < patience:
        try:
            service.pid()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("The service does not answer.")
