"""Database URLs as people write them, turned into what each program needs."""

import ast
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from dotenv import dotenv_values
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from strata.config import Config, Family, at_home, named, settings
from strata.errors import Problem, told
from strata.postgresql.server import local as local_server

FAMILIES: dict[str, Family] = {
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
        family: which kind of database it is.
        url: its URL without a driver.
    """

    family: Family
    url: URL

    @property
    def for_app(self) -> URL:
        """The URL with the asynchronous driver that the application uses."""
        return self.url.set(drivername=f"{self.url.drivername}+{APP_DRIVERS[self.family]}")

    @property
    def for_migrations(self) -> URL:
        """The URL with the synchronous driver that migrations use."""
        return self.url.set(drivername=f"{self.url.drivername}+{MIGRATION_DRIVERS[self.family]}")

    @property
    def name(self) -> str:
        """The database's name: what a person types to confirm an act on it."""
        name = self.url.database or ""
        return Path(name).name if self.family == "sqlite" else name

    def with_name(self, name: str) -> "DatabaseURL":
        """The same server, another database."""
        return DatabaseURL(self.family, self.url.set(database=name))

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
        Problem: it is no URL, or of a database that is not supported.
    """
    scheme, separator, rest = text.strip().partition("://")
    family = FAMILIES.get(scheme.partition("+")[0].lower())
    if not separator or family is None:
        shown = f"starts with {scheme!r}" if separator else "has no ://"
        raise Problem(
            f"The database URL {shown}, which is not a supported database.",
            remedy="Write it as postgresql://user:password@host:5432/name, "
            "sqlite:///file.db or mysql://user:password@host:3306/name.",
            status=2,
        )
    dialect = "mariadb" if scheme.lower().startswith("mariadb") else family
    try:
        url = make_url(f"{dialect}://{_tidied(rest) if family != 'sqlite' else rest}")
    except (ArgumentError, ValueError) as error:
        raise Problem(
            f"The database URL ({family}) cannot be read: a part of it is malformed.",
            remedy="Check host, port and name; percent-encode unusual characters in the password.",
            status=2,
        ) from error
    if family == "postgresql" and "ssl" in url.query:
        url = url.difference_update_query(["ssl"]).update_query_dict({"sslmode": url.query["ssl"]})
    if family == "postgresql":
        # What only SQLAlchemy's asyncpg dialect, or asyncpg itself, takes from a URL.
        url = url.difference_update_query([name for name in url.query if name in OF_ASYNCPG])
    if family == "sqlite" and url.database and not url.database.startswith((":", "file:")):
        url = url.set(database=str(config.root / url.database))
    return DatabaseURL(family, url)


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


def configured(config: Config) -> DatabaseURL | None:
    """The database that the environment or `.env` names, as migrations reach it.

    MIGRATION_DATABASE_URL goes before DATABASE_URL: another user may own the schema, and a pooler
    may stand before the application's.

    Returns:
        None where neither is set, which means the local database.
    """
    given = settings(config)
    direct = getattr(given, "migration_database_url", None)
    if not direct and config.url and not os.environ.get("DATABASE_URL"):
        direct = _of_the_project(config)
    return chosen(direct or given.database_url, config)


def _of_the_project(config: Config) -> object:
    """What the setting of a project holds that strata.toml names as its `url`.

    It is the name of a variable, in the environment or in `.env`, or `module:name.attribute`,
    where a class or a function stands for what it gives.

    Raises:
        Problem: it cannot be imported, or has no such attribute.
    """
    module, colon, path = config.url.partition(":")
    if not colon:
        return os.environ.get(module) or dotenv_values(config.root / ".env").get(module)
    with at_home(config):
        try:
            value = _taken(module, ast.parse(path, mode="eval").body)
            return value() if callable(value) else value
        except Problem:
            raise
        except Exception as error:
            raise Problem(
                f'strata.toml: url = "{config.url}" cannot be read: {told(error)}.',
                remedy='Name where it is: url = "module:settings.database_url", or the name of a '
                "variable of the environment.",
                status=2,
            ) from error


def _taken(module: str, way: ast.expr) -> Any:
    """Follow the attributes of a name, and calls whose arguments are written out."""
    if isinstance(way, ast.Attribute):
        owner = _taken(module, way.value)
        return getattr(owner() if callable(owner) else owner, way.attr)
    if isinstance(way, ast.Call):
        return _taken(module, way.func)(*map(ast.literal_eval, way.args))
    return named(f"{module}:{ast.unparse(way)}", "url")


def chosen(value: object, config: Config) -> DatabaseURL | None:
    """Read a setting that holds a URL: text, a pydantic secret or nothing."""
    text = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    if isinstance(text, URL):
        text = text.render_as_string(hide_password=False)
    return parse(str(text), config) if text else None


def local(config: Config) -> DatabaseURL:
    """The service's own database on this machine.

    Raises:
        Problem: there is none of this kind (MySQL), so DATABASE_URL has to be set.
    """
    if config.database == "postgresql":
        return parse(local_server(config.root).url(config.database_name), config)
    if config.database == "sqlite":
        (config.root / ".local").mkdir(exist_ok=True)
        return parse(f"sqlite:///.local/{config.database_name}.db", config)
    raise Problem(
        "DATABASE_URL is not set.",
        why="A MySQL or MariaDB server is not started by this service, so it has to be told where "
        "one is.",
        remedy="Add to .env: DATABASE_URL="
        f"mysql://user:password@127.0.0.1:3306/{config.database_name}",
        status=3,
    )


def current(config: Config) -> DatabaseURL:
    """The database of this service: the one DATABASE_URL names, else the local one."""
    return configured(config) or local(config)
