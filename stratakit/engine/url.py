"""Database URLs as people write them, converted into what each program needs."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote, unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from stratakit.config import Backend, Config
from stratakit.diagnostics.errors import UsageError

BACKENDS: dict[str, Backend] = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "sqlite": "sqlite",
    "mysql": "mysql",
    "mariadb": "mysql",
}
APP_DRIVERS = {"postgresql": "psycopg", "sqlite": "aiosqlite", "mysql": "asyncmy"}
MIGRATION_DRIVERS: dict[Backend, dict[str, str]] = {
    "postgresql": {"psycopg": "psycopg", "psycopg2": "psycopg2"},
    "sqlite": {"pysqlite": "sqlite3"},
    "mysql": {"pymysql": "pymysql", "mysqldb": "MySQLdb"},
}
"""The synchronous drivers, by SQLAlchemy's names, with their modules."""
ASYNCPG_PARAMETERS = {
    "async_fallback", "command_timeout", "direct_tls", "prepared_statement_cache_size",
    "prepared_statement_name_func", "statement_cache_size", "timeout",
}  # fmt: skip


@dataclass(frozen=True)
class DatabaseURL:
    """One database, whatever the driver.

    Args:
        backend: the kind of the database.
        url: its URL without a driver.
    """

    backend: Backend
    url: URL

    @property
    def for_app(self) -> URL:
        """The URL with the asynchronous driver that the application uses."""
        return self.url.set(drivername=f"{self.url.drivername}+{APP_DRIVERS[self.backend]}")

    @property
    def for_migrations(self) -> URL:
        """The URL with the synchronous driver that is installed."""
        return self.url.set(drivername=f"{self.url.drivername}+{migration_driver(self.backend)}")

    @property
    def name(self) -> str:
        """The database's name, which a person types to confirm a change of it."""
        name = self.url.database or ""
        return Path(name).name if self.backend == "sqlite" else name

    @property
    def is_missing_file(self) -> bool:
        """True if the URL names a file of SQLite that does not exist."""
        name = self.url.database or ""
        is_file = self.backend == "sqlite" and name and not name.startswith((":", "file:"))
        return bool(is_file) and not Path(name).exists()

    def is_same(self, other: URL) -> bool:
        """Return whether the URL of an engine names this database, by whatever driver."""
        mine, theirs = self.url, other
        if self.backend == "sqlite":
            return Path(mine.database or "").resolve() == Path(theirs.database or "").resolve()
        hosts = [each for each in (mine.host, theirs.host) if each]
        ports = [each for each in (mine.port, theirs.port) if each]
        return mine.database == theirs.database and len({*hosts}) < 2 and len({*ports}) < 2

    def with_name(self, name: str) -> "DatabaseURL":
        """Return the URL of another database on the same server."""
        return DatabaseURL(self.backend, self.url.set(database=name))

    def __str__(self) -> str:
        # libpq and PyMySQL also take a password from the query.
        hidden = {name: "hidden" for name in self.url.query if "passw" in name.lower()}
        return self.url.update_query_dict(hidden).render_as_string(hide_password=True)

    def __repr__(self) -> str:
        return f"DatabaseURL({self})"


@cache
def migration_driver(backend: Backend) -> str:
    """Return the first synchronous driver that is installed; the first of all if none is."""
    drivers = MIGRATION_DRIVERS[backend]
    return next(
        (name for name, module in drivers.items() if find_spec(module)), next(iter(drivers))
    )


def parse(text: str, config: Config) -> DatabaseURL:
    """Parse a database URL as people write it.

    `postgres://`, any driver behind a plus, unquoted `%`, `@` and `/` in the password, several
    hosts (`a:5432,b:5432`) and asyncpg's `ssl=` are accepted. A relative SQLite path starts at
    the project's folder, so that it names the same file from every working directory.

    Raises:
        StrataError: the text is not a URL, or names a database that is not supported.
    """
    scheme, separator, rest = text.strip().partition("://")
    backend = BACKENDS.get(scheme.partition("+")[0].lower())
    if not separator or backend is None:
        is_scheme = separator and re.fullmatch(r"[\w+.-]+", scheme)
        problem = (
            f"starts with {scheme!r}, which is no supported database"
            if is_scheme
            else "has no scheme, such as postgresql://"
        )
        raise UsageError(
            f"The database URL {problem}.",
            hint="Write it as postgresql://user:password@host:5432/name, "
            "sqlite:///file.db or mysql://user:password@host:3306/name.",
        )
    dialect = "mariadb" if scheme.lower().startswith("mariadb") else backend
    try:
        url = make_url(f"{dialect}://{_normalize(rest) if backend != 'sqlite' else rest}")
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            f"The database URL ({backend}) cannot be read: a part of it is malformed.",
            hint="Check host, port and name; percent-encode unusual characters in the password.",
        ) from error
    if backend == "postgresql" and "ssl" in url.query:
        url = url.difference_update_query(["ssl"]).update_query_dict({"sslmode": url.query["ssl"]})
    if backend == "postgresql":
        # psycopg refuses them.
        url = url.difference_update_query(ASYNCPG_PARAMETERS & set(url.query))
    if backend == "sqlite" and url.database and not url.database.startswith((":", "file:")):
        url = url.set(database=str(config.root / url.database))
    return DatabaseURL(backend, url)


def read_url(value: object, config: Config) -> DatabaseURL | None:
    """Parse a setting that holds a URL: text, a pydantic secret, a URL of SQLAlchemy, or None."""
    text = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    if isinstance(text, URL):
        text = text.render_as_string(hide_password=False)
    return parse(str(text), config) if text else None


def _normalize(rest: str) -> str:
    """Quote the password by RFC 3986, and move several hosts to the query, as psycopg expects."""
    search_from = 0 if "@" in rest.partition("?")[0] else rest.rfind("@") + 1
    query_start = rest.find("?", search_from)
    address, separator, query = rest, "", ""
    if query_start >= 0:
        address, separator, query = rest[:query_start], "?", rest[query_start + 1 :]
    user, at_sign, address = address.rpartition("@")
    name, colon, password = user.partition(":")
    if colon:
        user = f"{name}:{quote(unquote(password), safe='')}"
    hosts, slash, path = address.partition("/")
    if "," in hosts:
        query = "&".join([*(f"host={host}" for host in hosts.split(",")), *filter(None, [query])])
        hosts, separator = "", "?"
    return f"{user}{at_sign}{hosts}{slash}{path}{separator}{query}"
