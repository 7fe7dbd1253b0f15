"""Backups of PostgreSQL, restored in the transaction that drops the old contents."""

import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Connection

from stratakit.backup import files
from stratakit.backup.base import BackupFormat
from stratakit.backup.postgresql.contents import drop_contents, schemas
from stratakit.backup.postgresql.script import run_data, strip_client_commands
from stratakit.devserver.client_tools import find_client
from stratakit.diagnostics.command import install_extra
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError, UsageError
from stratakit.engine.url import DatabaseURL
from stratakit.process.client import ClientError, output, run_client
from stratakit.process.progress import progress_bar

if TYPE_CHECKING:
    # Not installed in a project on another database, which imports this module, too.
    import psycopg

PAUSE_SECONDS = 0.1


class PostgreSQLBackup(BackupFormat):
    """A dump in pg_dump's custom format."""

    suffix = ".dump"

    def dump(self, connection: Connection, url: DatabaseURL, path: Path) -> None:
        """Dump a database into a file."""
        tls = uses_tls(connection)
        program = find_client("pg_dump", server_version(connection), tls=tls)
        conninfo, environment = connection_target(url)
        options = ["--format=custom", f"--file={path}", "--no-password", f"--dbname={conninfo}"]
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

    def check(self, path: Path) -> None:
        """Read a file to its end, to see whether it is a complete backup."""
        try:
            output([find_client("pg_restore"), "--file=/dev/null", path])
        except ClientError as error:
            raise files.damaged_error(path, str(error)) from error

    def load(self, connection: Connection, url: DatabaseURL, path: Path, *, roles: bool) -> None:
        """Replace the contents of a database in one transaction, which an error undoes."""
        if not find_spec("psycopg"):
            raise UsageError(
                "A restore needs psycopg, which copies rows as pg_restore writes them.",
                hint=install_extra("postgresql"),
            )
        from psycopg import Error

        driver = _driver_connection(connection)
        program = find_client("pg_restore")
        options = [] if roles else ["--no-owner", "--no-privileges"]
        try:
            with driver.transaction(), progress_bar("Restore", unit=" tables") as bar:
                drop_contents(driver)
                with _write_contents(program, path, schemas(driver)) as contents:
                    script: list[str | Path] = [program, path, "--file=-", *options]
                    script.append(f"--use-list={contents}")
                    driver.execute(strip_client_commands(output([*script, "--section=pre-data"])))
                    with run_client([*script, "--section=data"], stdout=subprocess.PIPE) as process:
                        if process.stdout:
                            run_data(driver, process.stdout, bar.update)
                    driver.execute(strip_client_commands(output([*script, "--section=post-data"])))
        except (Error, ClientError) as error:
            raise StrataError(
                f"{path} was not restored into {url}: {str(error).strip()}",
                detail="The database was not changed.",
                hint=_restore_hint(error, path),
            ) from error


def _restore_hint(error: Exception, path: Path) -> str:
    from psycopg import errors

    if isinstance(error, errors.LockNotAvailable):
        return "Stop the programs that use the database, then run the command again."
    if isinstance(error, errors.UndefinedObject | errors.InsufficientPrivilege):
        return (
            "If this is about an owner or a grant, which a development copy does not need: "
            f"{files.restore_command(path)} --without-roles"
        )
    return ""


@contextmanager
def _write_contents(program: Path, path: Path, existing: set[str]) -> Iterator[str]:
    """Write the list of the backup's contents, without the objects that exist and stay.

    The schema of an extension was not dropped, and only an extension's owner may comment on it.
    """
    names = "|".join(map(re.escape, existing - {"public"}))
    excluded = re.compile(rf"\d+; \d+ \d+ (SCHEMA - ({names})|COMMENT - EXTENSION) ")
    entries = output([program, "--list", path]).decode(errors="surrogateescape")
    lines = entries.splitlines(keepends=True)
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", errors="surrogateescape") as file:
        file.writelines(line for line in lines if not excluded.match(line))
        file.flush()
        yield file.name


def connection_target(url: DatabaseURL) -> tuple[str, dict[str, str]]:
    """Return the connection of pg_dump: a visible conninfo, and variables with the password."""
    address = url.for_migrations
    _, options = address.get_dialect()().create_connect_args(address)
    password = options.get("password")
    return _conninfo(options), {"PGPASSWORD": password} if password else {}


def _conninfo(options: Mapping[str, Any]) -> str:
    if not find_spec("psycopg"):
        from psycopg2.extensions import make_dsn  # type: ignore[import-untyped]

        visible = {name: value for name, value in options.items() if "passw" not in name}
        return str(make_dsn(**visible))
    from psycopg import pq
    from psycopg.conninfo import make_conninfo

    known = {option.keyword.decode(): option for option in pq.Conninfo.get_defaults()}
    return make_conninfo(
        **{
            name: value
            for name, value in options.items()
            if name in known and known[name].dispchar != b"*"
        }
    )


def uses_tls(connection: Connection) -> bool:
    """Return whether the connection is encrypted, by psycopg or psycopg2."""
    driver: Any = connection.connection.driver_connection
    return bool(getattr(driver, "pgconn", driver.info).ssl_in_use)


def server_version(connection: Connection) -> int:
    """Return the server's major version."""
    return _driver_connection(connection).info.server_version // 10_000


def _driver_connection(connection: Connection) -> "psycopg.Connection[Any]":
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)
