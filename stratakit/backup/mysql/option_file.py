"""The connection of the client programs of MySQL and MariaDB, in a file that hides the password."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from stratakit.engine.url import DatabaseURL

TLS = {"ssl_ca": "ssl-ca", "ssl_cert": "ssl-cert", "ssl_key": "ssl-key"}


@contextmanager
def option_file(url: DatabaseURL) -> Iterator[str]:
    """Create a file that only this user can read, while the block runs.

    Yields:
        The argument that makes a program read this file alone: what else it would read
        (`~/.my.cnf`) would win over it.
    """
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", prefix="client-") as file:
        file.write("[client]\n")
        for name, value in _options(url).items():
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            file.write(f'{name} = "{escaped}"\n')
        file.flush()
        yield f"--defaults-file={file.name}"


def _options(url: DatabaseURL) -> dict[str, str]:
    query = {name: str(value) for name, value in url.url.query.items()}
    options = {name: query[key] for key, name in TLS.items() if key in query}
    if "ssl_ca" in query and query.get("ssl_check_hostname", "true").lower() != "false":
        # The first is MariaDB's, the second MySQL's; `loose` makes each ignore the other one.
        options |= {"loose-ssl-verify-server-cert": "1", "loose-ssl-mode": "VERIFY_IDENTITY"}
    if "unix_socket" in query:
        options |= {"socket": query["unix_socket"], "protocol": "socket"}
    else:
        # The programs would take `localhost` as a socket.
        options |= {"host": url.url.host or "localhost", "protocol": "tcp"}
        options |= {"port": str(url.url.port or 3306)}
    # Both are needed: a missing one is asked for, or taken from the system's user.
    return options | {"user": url.url.username or "", "password": url.url.password or ""}
