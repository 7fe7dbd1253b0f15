"""The service as it is seen from outside: its port, and what `/ready` answers."""

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
    """Make sure that a port of this machine is free.

    Raises:
        StrataError: it is taken, or not for this user.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OverflowError as error:
            raise UsageError(
                f"There is no port {port}: they go from 1 to 65535.",
                hint=f"Take another one: {MIGRATE} service start --port 8001",
            ) from error
        except OSError as error:
            raise StrataError(
                f"Port {port} on {HOST} cannot be used: {error.strerror}.",
                detail="Another program's answers would be taken for this service's.",
                hint=f"Take another one: {MIGRATE} service start --port {port + 1}",
            ) from error


def why_not_ready(process: subprocess.Popen[bytes], port: int) -> str:
    """Wait until the service is ready, has ended, or has had `READY_SECONDS`.

    Args:
        process: the service.
        port: where it listens.

    Returns:
        Why it is not ready; empty where it is.
    """
    patience = time.monotonic() + READY_SECONDS
    answer = "nothing"
    while process.poll() is None:
        with suppress(OSError, HTTPException):
            status, answer = _request(port)
            if status == 200 and process.poll() is None:
                return ""
        if time.monotonic() > patience:
            return (
                f"The service was not ready after {READY_SECONDS:.0f} seconds and is ended. "
                f"The last answer of /ready: {answer}"
            )
        time.sleep(0.05)
    return f"The service ended with status {process.returncode} before it was ready."


def _request(port: int) -> tuple[int, str]:
    """What `/ready` answers; no proxy is asked, whatever the environment says."""
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/ready")
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
        return response.status, f"{response.status} {body}"
    finally:
        connection.close()
