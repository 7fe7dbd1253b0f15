"""The real PgBouncer in front of a PostgreSQL, in transaction pooling."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from stratakit.config import Config
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import parse

UNPRIVILEGED = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


def program() -> str | None:
    """The path of PgBouncer, where it is installed."""
    return shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")


@contextmanager
def pooled(url: str, *, size: int = 5) -> Iterator[str]:
    """Run a PgBouncer before the server of a URL, on a socket of its own.

    Args:
        url: a database of a server that listens on a socket and trusts who connects.
        size: sessions on the server.

    Yields:
        The URL of the same database through it.
    """
    behind = make_url(url)
    host, port = behind.query["host"], behind.query.get("port", "5432")
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as folder:
        settings = {
            "listen_addr": "",
            "listen_port": "6432",
            "unix_socket_dir": folder,
            "auth_type": "any",
            "pool_mode": "transaction",
            "default_pool_size": size,
            "max_client_conn": 200,
            "logfile": f"{folder}/log",
        }
        lines = ["[databases]", f"* = host={host} port={port} user={behind.username}"]
        lines += ["[pgbouncer]", *(f"{name} = {value}" for name, value in settings.items())]
        Path(folder, "pgbouncer.ini").write_text("\n".join(lines) + "\n")
        process = subprocess.Popen(
            [
                *(UNPRIVILEGED if os.geteuid() == 0 else ()),
                str(program()),
                "--quiet",
                f"{folder}/pgbouncer.ini",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        query: dict[str, Any] = {"host": folder, "port": "6432"}
        through = behind.set(query=query).render_as_string(hide_password=False)
        try:
            _wait_for(through, process, Path(folder, "log"))
            yield through
        finally:
            process.terminate()
            process.wait(timeout=10)


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            migration_engine(parse(url, Config(root=Path("/")))).connect().close()
            return
        except OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                told = log.read_text() if log.exists() else ""
                raise AssertionError(f"PgBouncer does not answer: {error}\n{told}") from error
            time.sleep(0.05)
