"""The database that a setting names, or the local one."""

from sqlalchemy import URL

from stratakit.config import Config
from stratakit.devserver.server import local as local_server
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.engine.url import DatabaseURL, parse


def read_url(value: object, config: Config) -> DatabaseURL | None:
    """Read a setting that holds a URL: text, a pydantic secret, a URL of SQLAlchemy, or nothing."""
    text = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    if isinstance(text, URL):
        text = text.render_as_string(hide_password=False)
    return parse(str(text), config) if text else None


def local_database(config: Config) -> DatabaseURL:
    """Return the project's own database on this machine.

    Raises:
        StrataError: there is none of this kind (MySQL), so DATABASE_URL has to be set.
    """
    if config.database == "postgresql":
        return parse(local_server(config.root).url(config.database_name), config)
    if config.database == "sqlite":
        (config.root / ".local").mkdir(exist_ok=True)
        return parse(f"sqlite:///.local/{config.database_name}.db", config)
    raise DatabaseUnavailable(
        "DATABASE_URL is not set.",
        detail="A MySQL or MariaDB server is not started by this service, so it has to be told "
        "where one is.",
        hint="Add to .env: DATABASE_URL="
        f"mysql://user:password@127.0.0.1:3306/{config.database_name}",
    )
