"""Scratch databases of MySQL and MariaDB: on a MariaDB that lives as long as this process."""

import atexit
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from strata import urls
from strata.config import Config
from strata.database import migration_engine
from strata.errors import Problem
from strata.urls import DatabaseURL


@contextmanager
def database(config: Config, given: DatabaseURL | None) -> Iterator[DatabaseURL]:
    """An empty database on the given server or a MariaDB of our own, dropped afterwards."""
    given = given or _own_server(config)
    name = f"scratch_{secrets.token_hex(6)}"
    with migration_engine(given).connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        try:
            yield given.with_name(name)
        finally:
            connection.execute(text(f"DROP DATABASE {name}"))


@cache
def _own_server(config: Config) -> DatabaseURL:
    """Start a MariaDB on a socket in a private folder; it ends with this process."""
    installer, daemon = _binary("mariadb-install-db"), _binary("mariadbd")
    folder = Path(tempfile.mkdtemp(prefix="mariadb-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    options = [f"--datadir={folder}/data", f"--socket={folder}/socket", "--skip-networking"]
    subprocess.run(
        [installer, "--no-defaults", *options[:1], "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                daemon,
                "--no-defaults",
                *options,
                "--user=root",
                "--innodb-flush-log-at-trx-commit=0",
            ],
            stdout=log,
            stderr=log,
        )
    atexit.register(_end, process)
    url = urls.parse(f"mysql://root@localhost/mysql?unix_socket={folder}/socket", config)
    deadline = time.monotonic() + 30
    while True:
        try:
            migration_engine(url).connect().close()
            return url
        except OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise Problem(
                    f"MariaDB did not start:\n{(folder / 'log').read_text()[-2000:]}", status=3
                ) from error
            time.sleep(0.05)


def _binary(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Problem(
            f"No database to work on: {name} is not installed, and TEST_DATABASE_URL is not set.",
            remedy="Install MariaDB's server, or name one that may be used for scratch databases: "
            "TEST_DATABASE_URL=mysql://root@127.0.0.1/mysql",
            status=3,
        )
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=30)
