"""A service is ready when it answers so, and not before."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from stratakit.devserver import readiness_probe
from stratakit.devserver.readiness_probe import HOST, ensure_port_is_free, wait_until_ready
from stratakit.diagnostics.errors import StrataError, UsageError


@contextmanager
def _answering(*statuses: int) -> Iterator[int]:
    """A server that answers /ready with these statuses in turn, the last one again and again."""
    remaining = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            self.send_response(status if self.path == "/ready" else 404)
            self.end_headers()
            self.wfile.write(b"the answer")

        def log_message(self, *args: object) -> None:
            """Print nothing."""

    with HTTPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def _process(code: str) -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        try:
            yield process
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def test_a_port_in_use_is_refused_and_a_free_one_is_not() -> None:
    with socket.socket() as server:
        server.bind((HOST, 0))
        server.listen()
        port = server.getsockname()[1]
        with pytest.raises(StrataError) as refusal:
            ensure_port_is_free(port)
        assert refusal.value.status == 1
    ensure_port_is_free(_free_port())


@pytest.mark.parametrize("port", [65536, -1])
def test_an_invalid_port_is_a_usage_error(port: int) -> None:
    with pytest.raises(UsageError):
        ensure_port_is_free(port)


def test_a_service_is_waited_for_until_it_is_ready() -> None:
    with _answering(503, 503, 200) as port, _process("import time; time.sleep(60)") as process:
        assert wait_until_ready(process, port) == ""


def test_a_service_that_ends_is_not_ready() -> None:
    with _process("import sys; sys.exit(7)") as process:
        assert "status 7" in wait_until_ready(process, _free_port())


def test_a_service_that_is_never_ready_is_given_up_with_its_answer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(readiness_probe, "READY_SECONDS", 0.2)
    with _answering(503) as port, _process("import time; time.sleep(60)") as process:
        assert "the answer" in wait_until_ready(process, port)
        assert process.poll() is None


def test_an_answer_of_another_program_is_not_the_services() -> None:
    with _answering(200) as port, _process("") as process:
        process.wait()
        assert wait_until_ready(process, port) != ""
