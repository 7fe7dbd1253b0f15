"""Local PostgreSQL servers for tests about them, and what is done to them there."""

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import LiteralString

import psycopg

from stratakit.devserver.server import Server


def made_before(folder: Path) -> Server:
    """A server that was made and stopped: a copy of one, which takes a tenth of the time."""
    shutil.copytree(_prototype(), folder)
    return Server(folder, durable=False)


@cache
def _prototype() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="server-"))
    atexit.register(shutil.rmtree, folder)
    server = Server(folder / "postgresql", durable=False)
    server.start()
    server.stop()
    return server.folder


def ask(server: Server, question: LiteralString, database: str = "postgres") -> object:
    """The first value of the answer."""
    with psycopg.connect(server.url(database), autocommit=True) as connection:
        cursor = connection.execute(question)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def postmaster(server: Server) -> int:
    """The number of its first process."""
    return int((server.data / "postmaster.pid").read_text().split()[0])


def kill(server: Server) -> int:
    """Kill its first process, as a crash or a machine out of memory does; its number."""
    pid = postmaster(server)
    os.kill(pid, signal.SIGKILL)
    while server.is_running:
        time.sleep(0.001)
    return pid


def start_by_another_process(
    server: Server, *prefix: str, and_then: str = "", packages: Path | None = None
) -> subprocess.Popen[str]:
    """Start it in a process of its own.

    Args:
        server: what to start.
        prefix: the words before that process's command.
        and_then: code to run afterwards.
        packages: a folder of packages that come before those that are installed.
    """
    code = f"""
from pathlib import Path
from stratakit.devserver.server import Server
Server(Path({str(server.folder)!r}), durable=False).start()
{and_then}
"""
    return subprocess.Popen(
        [*prefix, sys.executable, "-B", "-c", code],
        env={**os.environ, "PYTHONPATH": str(packages or "")},
        start_new_session=True,
        stderr=subprocess.PIPE,
        text=True,
    )
