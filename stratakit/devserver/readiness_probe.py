"""The service from outside: its port, and the answer of `/ready`."""

import socket
import subprocess
import time
from contextlib import suppress
from http.client import HTTPConnection, HTTPException

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError, UsageError

HOST = "127.0.0.1"
READY_SECONDS = 30.0


def ensure_port_is_free(port: int) -> None:
    """Refuse a port of this machine that is in use.

    Raises:
        StrataError: the port is in use, or not allowed for this user.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OverflowError as error:
            raise UsageError(
                f"There is no port {port}: they go from 1 to 65535.",
                hint=f"Use another port: {MIGRATE} service start --port 8001",
            ) from error
        except OSError as error:
            raise StrataError(
                f"Port {port} on {HOST} cannot be used: {error.strerror}.",
                detail="Another program would answer instead of this service.",
                hint=f"Use another port: {MIGRATE} service start --port {port + 1}",
            ) from error


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> str:
    """Wait until the service is ready or has ended, for at most `READY_SECONDS`.

    Args:
        process: the service.
        port: the port on which it listens.

    Returns:
        The reason why it is not ready; empty if it is.
    """
    deadline = time.monotonic() + READY_SECONDS
    answer = "nothing"
    while process.poll() is None:
        with suppress(OSError, HTTPException):
            status, answer = _request_ready(port)
            if status == 200 and process.poll() is None:
                return ""
        if time.monotonic() > deadline:
            return (
                f"The service was not ready after {READY_SECONDS:.0f} seconds and was stopped. "
                f"The last answer of /ready: {answer}"
            )
        time.sleep(0.05)
    return f"The service ended with status {process.returncode} before it was ready."


def _request_ready(port: int) -> tuple[int, str]:
    """Request `/ready` without a proxy, even if the environment names one."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/ready")
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
        return response.status, f"{response.status} {body}"
    finally:
        connection.close()
