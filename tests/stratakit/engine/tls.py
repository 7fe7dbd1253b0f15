"""Servers on a port of loopback that let nobody in without TLS."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import trustme
from sqlalchemy.exc import OperationalError

from stratakit.config import Config
from stratakit.devserver.account import account_for
from stratakit.devserver.binaries import DEBIAN, binaries
from stratakit.devserver.cluster import initialize
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import parse
from stratakit.scratch import mariadb
from tests.serving import free_port


@contextmanager
def encrypted(backend: str, folder: Path) -> Iterator[str]:
    """Run a server whose certificate is for `localhost`, signed by `ca.pem` in the folder.

    Yields:
        The URL of a database that is there, without any setting of TLS.
    """
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    trustme.CA().cert_pem.write_to_path(folder / "another.pem")
    # A short path: a socket's may have about 100 characters.
    with tempfile.TemporaryDirectory(prefix="tls-") as place:
        certificate = authority.issue_cert("localhost")
        certificate.private_key_pem.write_to_path(Path(place, "key.pem"))
        Path(place, "key.pem").chmod(0o600)
        for pem in certificate.cert_chain_pems:
            pem.write_to_path(Path(place, "certificate.pem"), append=True)
        port = free_port()
        start = _postgresql if backend == "postgresql" else _mariadb
        user, database = ("postgres",) * 2 if backend == "postgresql" else ("tls:secret", "mysql")
        process = start(Path(place), port)
        try:
            url = f"{backend}://{user}@localhost:{port}/{database}"
            ca = "sslrootcert" if backend == "postgresql" else "ssl_ca"
            _wait(f"{url}?{ca}={folder}/ca.pem", folder, process)
            yield url
        finally:
            process.terminate()
            process.wait(timeout=30)


def _postgresql(place: Path, port: int) -> subprocess.Popen[bytes]:
    # The wheel's is built without TLS.
    versions = sorted(each.name for each in DEBIAN.glob("*") if each.name.isdecimal())
    account, programs, data = account_for(place), binaries(versions[-1]), place / "data"
    account.take_ownership(place)
    initialize(data, programs, account)
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": place,
        "ssl": "on",
        "ssl_cert_file": place / "certificate.pem",
        "ssl_key_file": place / "key.pem",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    return subprocess.Popen(
        [*account.prefix, programs / "postgres", "-D", data, *options],
        stdout=subprocess.DEVNULL,
        stderr=(place / "log").open("wb"),
    )


def _mariadb(place: Path, port: int) -> subprocess.Popen[bytes]:
    subprocess.run(
        [mariadb.find_program("mariadb-install-db"), "--no-defaults", f"--datadir={place}/data"],
        check=True,
        capture_output=True,
    )
    (place / "user.sql").write_text(
        "CREATE USER tls IDENTIFIED BY 'secret' REQUIRE SSL;\n"
        "GRANT ALL ON *.* TO tls WITH GRANT OPTION;\nDROP USER IF EXISTS ''@localhost;\n"
    )
    options = {
        "datadir": place / "data",
        "socket": place / "socket",
        "pid-file": place / "pid",
        "port": port,
        "bind-address": "127.0.0.1",
        "init-file": place / "user.sql",
        "ssl-cert": place / "certificate.pem",
        "ssl-key": place / "key.pem",
        "user": "root",
    }
    return subprocess.Popen(
        [
            *(mariadb.find_program("mariadbd"), "--no-defaults"),
            *(f"--{name}={value}" for name, value in options.items()),
        ],
        stdout=subprocess.DEVNULL,
        stderr=(place / "log").open("wb"),
    )


def _wait(url: str, root: Path, process: subprocess.Popen[bytes]) -> None:
    parsed = parse(url, Config(root=root))
    deadline = time.monotonic() + 30
    while True:
        try:
            migration_engine(parsed).connect().close()
            return
        except OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
