"""A MariaDB server for the scratch databases of one process."""

import atexit
import shutil
import subprocess
import time
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from sqlalchemy.exc import OperationalError

from stratakit.config import Config
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import DatabaseURL, parse
from stratakit.scratch import temporary_folder

START_SECONDS = 30


@cache
def start_server(config: Config) -> DatabaseURL:
    """Start a MariaDB on a socket in a private folder, which ends with this process.

    Raises:
        StrataError: MariaDB is not installed, or does not start.
    """
    installer, daemon = find_program("mariadb-install-db"), find_program("mariadbd")
    resources = ExitStack()
    atexit.register(resources.close)
    folder = resources.enter_context(temporary_folder.temporary_folder(config))
    # In a shared folder of temporary files, a starting server removes those of the others.
    folders = [f"--datadir={folder}/data", f"--tmpdir={folder}"]
    subprocess.run(
        [installer, "--no-defaults", *folders, "--auth-root-authentication-method=normal"],
        check=True,
        capture_output=True,
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                daemon,
                "--no-defaults",
                *folders,
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
    atexit.register(_stop, process)
    url = parse(f"mysql://root@localhost/mysql?unix_socket={folder}/socket", config)
    _wait_until_ready(url, process, folder / "log")
    return url


def find_program(name: str) -> str:
    """Find a program of MariaDB's server.

    Raises:
        StrataError: it is not installed.
    """
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise DatabaseUnavailable(
            f"There is no server for scratch databases: {name} is not installed, and "
            "TEST_DATABASE_URL is not set.",
            hint="Install MariaDB's server, or name one that may be used for scratch databases: "
            "TEST_DATABASE_URL=mysql://root@127.0.0.1/mysql",
        )
    return path


def _wait_until_ready(url: DatabaseURL, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            migration_engine(url).connect().close()
            return
        except OperationalError as error:
            if process.poll() is not None or time.monotonic() > deadline:
                raise DatabaseUnavailable(
                    f"MariaDB did not start:\n{log.read_text()[-2000:]}"
                ) from error
            time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(timeout=30)
