"""Scratch databases of MySQL and MariaDB: on a MariaDB that lives as long as this process."""

import atexit
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from stratakit.config import Config
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.engine.connect import connect
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import DatabaseURL, parse
from stratakit.scratch import names, temporary_folder

# Whatever the server's own default is: it holds every text, and revisions are tried on it alone.
TEXTS = "CHARACTER SET utf8mb4"
LOCK = text("SELECT GET_LOCK(:name, :seconds)")
ALL = text(
    "SELECT schema_name FROM information_schema.schemata WHERE schema_name LIKE"
    " concat(replace(:prefix, '_', '\\_'), '%') ORDER BY 1"
)


@contextmanager
def database(config: Config, given: DatabaseURL | None) -> Iterator[DatabaseURL]:
    """An empty database on the given server or a MariaDB of our own, dropped afterwards."""
    with _connected(config, given) as (connection, server):
        name = names.unique_name(config)
        connection.execute(LOCK, {"name": name, "seconds": 3600})
        for left in connection.execute(ALL, {"prefix": names.prefix(config)}).scalars().all():
            if not left.startswith(names.cached_name(config, "")):
                _drop_unused(connection, left)
        connection.execute(text(f"CREATE DATABASE {name} {TEXTS}"))
        try:
            yield server.with_name(name)
        finally:
            connection.execute(text(f"DROP DATABASE {name}"))


@contextmanager
def kept(
    config: Config, given: DatabaseURL | None, key: str, make: Callable[[DatabaseURL], None]
) -> Iterator[DatabaseURL]:
    """A database that stays, where the server does; those of other keys are dropped.

    An empty one beside it tells that it was made to the end; what was not is made again.
    """
    name = names.cached_name(config, key)
    with _connected(config, given) as (connection, server):
        connection.execute(LOCK, {"name": name, "seconds": 3600})
        there = connection.execute(ALL, {"prefix": names.cached_name(config, "")}).scalars().all()
        if f"{name}_done" not in there:
            for other in there:
                if other != name:
                    _drop_unused(connection, other)
            connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
            connection.execute(text(f"CREATE DATABASE {name} {TEXTS}"))
            make(server.with_name(name))
            connection.execute(text(f"CREATE DATABASE {name}_done {TEXTS}"))
        yield server.with_name(name)


@contextmanager
def _connected(
    config: Config, given: DatabaseURL | None
) -> Iterator[tuple[Connection, DatabaseURL]]:
    given = given or _own_server(config)
    with connect(given) as connection:
        yield connection, given


def _drop_unused(connection: Connection, name: str) -> None:
    locked = name.removesuffix("_done")
    if connection.execute(LOCK, {"name": locked, "seconds": 0}).scalar():
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": locked})


@cache
def _own_server(config: Config) -> DatabaseURL:
    """Start a MariaDB on a socket in a private folder; it ends with this process."""
    installer, daemon = _binary("mariadb-install-db"), _binary("mariadbd")
    held = ExitStack()
    atexit.register(held.close)
    folder = held.enter_context(temporary_folder.folder(config))
    # In a folder for temporary files that several share, one that starts removes what others use.
    folders_of_it = [f"--datadir={folder}/data", f"--tmpdir={folder}"]
    subprocess.run(
        [installer, "--no-defaults", *folders_of_it, "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                daemon,
                "--no-defaults",
                *folders_of_it,
                f"--socket={folder}/socket",
                "--skip-networking",
                "--character-set-server=utf8mb4",
                f"--pid-file={folder}/{temporary_folder.PID_FILE}",
                "--user=root",
                "--innodb-flush-log-at-trx-commit=0",
            ],
            stdout=log,
            stderr=log,
        )
    atexit.register(_end, process)
    url = parse(f"mysql://root@localhost/mysql?unix_socket={folder}/socket", config)
    deadline = time.monotonic() + 30
    while True:
        try:
            migration_engine(url).connect().close()
            return url
        except OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise DatabaseUnavailable(
                    f"MariaDB did not start:\n{(folder / 'log').read_text()[-2000:]}"
                ) from error
            time.sleep(0.05)


def _binary(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise DatabaseUnavailable(
            f"No database to work on: {name} is not installed, and TEST_DATABASE_URL is not set.",
            hint="Install MariaDB's server, or name one that may be used for scratch databases: "
            "TEST_DATABASE_URL=mysql://root@127.0.0.1/mysql",
        )
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=30)
