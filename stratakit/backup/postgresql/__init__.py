"""PostgreSQL: pg_dump's custom format, restored in the transaction that empties the database."""

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import errors, pq
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection

from stratakit.backup import files
from stratakit.backup.postgresql.contents import empty, schemas
from stratakit.backup.postgresql.script import run_data, statements
from stratakit.devserver.client_tools import find_client
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.engine.url import DatabaseURL
from stratakit.process.client import ClientError, output, run_client
from stratakit.process.progress import progress_bar

SUFFIX = ".dump"
PAUSE_SECONDS = 0.1


def dump(connection: Connection, url: DatabaseURL, path: Path) -> None:
    """Dump a database into a file.

    Raises:
        StrataError: there is no pg_dump, it is older than the server, or it fails.
    """
    tls = _driver(connection).pgconn.ssl_in_use
    program = find_client("pg_dump", server_version(connection), tls=tls)
    shown, environment = target(url)
    options = ["--format=custom", f"--file={path}", "--no-password", f"--dbname={shown}"]
    try:
        with (
            run_client([program, *options], environment=environment) as process,
            progress_bar("Backup") as bar,
        ):
            while process.poll() is None:
                bar.update(path.stat().st_size - bar.n)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(PAUSE_SECONDS)
    except ClientError as error:
        raise DatabaseUnavailable(f"The backup of {url} failed: {error}") from error


def check(path: Path) -> None:
    """See whether a file is a whole backup, by reading all of it.

    Raises:
        StrataError: it is not, or is of a newer PostgreSQL than any pg_restore here.
    """
    try:
        output([find_client("pg_restore"), "--file=/dev/null", path])
    except ClientError as error:
        raise files.damaged_error(path, str(error)) from error


def load(connection: Connection, url: DatabaseURL, path: Path, *, roles: bool) -> None:
    """Replace all that a database holds, in one transaction.

    Raises:
        StrataError: it failed, and nothing has changed.
    """
    driver = _driver(connection)
    program = find_client("pg_restore")
    options = [] if roles else ["--no-owner", "--no-privileges"]
    try:
        with driver.transaction(), progress_bar("Restore", unit=" tables") as bar:
            empty(driver)
            with _listed(program, path, schemas(driver)) as contents:
                script: list[str | Path] = [program, path, "--file=-", *options]
                script.append(f"--use-list={contents}")
                driver.execute(statements(output([*script, "--section=pre-data"])))
                with run_client([*script, "--section=data"], stdout=subprocess.PIPE) as process:
                    if process.stdout:
                        run_data(driver, process.stdout, bar.update)
                driver.execute(statements(output([*script, "--section=post-data"])))
    except (psycopg.Error, ClientError) as error:
        raise StrataError(
            f"{path} was not restored into {url}: {str(error).strip()}",
            detail="Nothing has changed: the database holds what it held.",
            hint=_remedy(error, path),
        ) from error


def _remedy(error: Exception, path: Path) -> str:
    if isinstance(error, errors.LockNotAvailable):
        return "Stop what uses the database, then run the command again."
    if isinstance(error, errors.UndefinedObject | errors.InsufficientPrivilege):
        return (
            "If this is about an owner or a grant, which a copy for development can do without: "
            f"{files.restore_command(path)} --without-roles"
        )
    return ""


@contextmanager
def _listed(program: Path, path: Path, existing: set[str]) -> Iterator[str]:
    """The backup's contents as pg_restore lists them, without what is there and not ours to make.

    A schema that an extension is in was not dropped; an extension's comment is for its owner.
    """
    made = "|".join(map(re.escape, existing - {"public"}))
    left_out = re.compile(rf"\d+; \d+ \d+ (SCHEMA - ({made})|COMMENT - EXTENSION) ")
    told = output([program, "--list", path]).decode(errors="surrogateescape")
    lines = told.splitlines(keepends=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(line for line in lines if not left_out.match(line))
        file.flush()
        yield file.name


def target(url: DatabaseURL) -> tuple[str, dict[str, str]]:
    """Where pg_dump connects: what everyone may see, and the environment with the password."""
    address = url.for_migrations
    _, options = address.get_dialect()().create_connect_args(address)
    known = {option.keyword.decode(): option for option in pq.Conninfo.get_defaults()}
    shown = {
        name: value
        for name, value in options.items()
        if name in known and known[name].dispchar != b"*"
    }
    password = options.get("password")
    return make_conninfo(**shown), {"PGPASSWORD": password} if password else {}


def server_version(connection: Connection) -> int:
    """The server's major version."""
    return _driver(connection).info.server_version // 10_000


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)
