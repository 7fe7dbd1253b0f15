"""The local database of a project."""

from stratakit.config import Config
from stratakit.devserver.server import local_server
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.engine.url import DatabaseURL, parse
from stratakit.process.local_folder import create_local_folder


def local_database(config: Config) -> DatabaseURL:
    """Return the URL of the project's own database on this machine.

    Raises:
        StrataError: the project's database is MySQL or MariaDB, which has no local server.
    """
    if config.database == "postgresql":
        return parse(local_server(config.root).url(config.database_name), config)
    if config.database == "sqlite":
        create_local_folder(config.root / ".local")
        return parse(f"sqlite:///.local/{config.database_name}.db", config)
    raise DatabaseUnavailable(
        "DATABASE_URL is not set.",
        detail="A server of MySQL or MariaDB is not started for a project.",
        hint="Add to .env: DATABASE_URL="
        f"mysql://user:password@127.0.0.1:3306/{config.database_name}",
    )
