"""Database URLs as people write them, turned into what each program needs."""

from dataclasses import dataclass
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
MIGRATION_DRIVERS = {"postgresql": "psycopg", "sqlite": "pysqlite", "mysql": "pymysql"}


OF_ASYNCPG = {
    "async_fallback", "command_timeout", "direct_tls", "prepared_statement_cache_size",
    "prepared_statement_name_func", "statement_cache_size", "timeout",
}  # fmt: skip


@dataclass(frozen=True)
class DatabaseURL:
    """One database, whatever the driver.

    Args:
        backend: which kind of database it is.
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
        """The URL with the synchronous driver that migrations use."""
        return self.url.set(drivername=f"{self.url.drivername}+{MIGRATION_DRIVERS[self.backend]}")

    @property
    def name(self) -> str:
        """The database's name: what a person types to confirm an act on it."""
        name = self.url.database or ""
        return Path(name).name if self.backend == "sqlite" else name

    @property
    def is_missing_file(self) -> bool:
        """Whether it is a file of SQLite that does not exist."""
        name = self.url.database or ""
        is_file = self.backend == "sqlite" and name and not name.startswith((":", "file:"))
        return bool(is_file) and not Path(name).exists()

    def with_name(self, name: str) -> "DatabaseURL":
        """The same server, another database."""
        return DatabaseURL(self.backend, self.url.set(database=name))

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    def __repr__(self) -> str:
        return f"DatabaseURL({self})"


def parse(text: str, config: Config) -> DatabaseURL:
    """Understand a database URL as people write it.

    `postgres://`, any driver behind a plus, unquoted `%`, `@` and `/` in the password, several
    hosts (`a:5432,b:5432`) and asyncpg's `ssl=` are understood; a relative SQLite path starts
    at the service's folder, so that it names the same file from everywhere.

    Raises:
        StrataError: it is no URL, or of a database that is not supported.
    """
    scheme, separator, rest = text.strip().partition("://")
    backend = BACKENDS.get(scheme.partition("+")[0].lower())
    if not separator or backend is None:
        shown = f"starts with {scheme!r}" if separator else "has no ://"
        raise UsageError(
            f"The database URL {shown}, which is not a supported database.",
            hint="Write it as postgresql://user:password@host:5432/name, "
            "sqlite:///file.db or mysql://user:password@host:3306/name.",
        )
    dialect = "mariadb" if scheme.lower().startswith("mariadb") else backend
    try:
        url = make_url(f"{dialect}://{_tidied(rest) if backend != 'sqlite' else rest}")
    except (ArgumentError, ValueError) as error:
        raise UsageError(
            f"The database URL ({backend}) cannot be read: a part of it is malformed.",
            hint="Check host, port and name; percent-encode unusual characters in the password.",
        ) from error
    if backend == "postgresql" and "ssl" in url.query:
        url = url.difference_update_query(["ssl"]).update_query_dict({"sslmode": url.query["ssl"]})
    if backend == "postgresql":
        # What only SQLAlchemy's asyncpg dialect, or asyncpg itself, takes from a URL.
        url = url.difference_update_query([name for name in url.query if name in OF_ASYNCPG])
    if backend == "sqlite" and url.database and not url.database.startswith((":", "file:")):
        url = url.set(database=str(config.root / url.database))
    return DatabaseURL(backend, url)


def _tidied(rest: str) -> str:
    """Quote a password as RFC 3986 asks and move several hosts to the query, as psycopg wants."""
    beyond_a_password = 0 if "@" in rest.partition("?")[0] else rest.rfind("@") + 1
    question_mark = rest.find("?", beyond_a_password)
    location, question, query = rest, "", ""
    if question_mark >= 0:
        location, question, query = rest[:question_mark], "?", rest[question_mark + 1 :]
    user, at, location = location.rpartition("@")
    name, colon, password = user.partition(":")
    if colon:
        user = f"{name}:{quote(unquote(password), safe='')}"
    hosts, slash, path = location.partition("/")
    if "," in hosts:
        query = "&".join([*(f"host={host}" for host in hosts.split(",")), *filter(None, [query])])
        hosts, question = "", "?"
    return f"{user}{at}{hosts}{slash}{path}{question}{query}"
