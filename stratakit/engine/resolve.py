"""The database that a command works on."""

import ast
import os
from typing import Any

from dotenv import dotenv_values
from sqlalchemy import URL

from stratakit.config import Config, at_home, named, settings
from stratakit.devserver.server import local as local_server
from stratakit.diagnostics.errors import StrataError, told
from stratakit.engine.url import DatabaseURL, parse


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
        StrataError: it cannot be imported, or has no such attribute.
    """
    module, colon, path = config.url.partition(":")
    if not colon:
        return os.environ.get(module) or dotenv_values(config.root / ".env").get(module)
    with at_home(config):
        try:
            value = _taken(module, ast.parse(path, mode="eval").body)
            return value() if callable(value) else value
        except StrataError:
            raise
        except Exception as error:
            raise StrataError(
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
        StrataError: there is none of this kind (MySQL), so DATABASE_URL has to be set.
    """
    if config.database == "postgresql":
        return parse(local_server(config.root).url(config.database_name), config)
    if config.database == "sqlite":
        (config.root / ".local").mkdir(exist_ok=True)
        return parse(f"sqlite:///.local/{config.database_name}.db", config)
    raise StrataError(
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
