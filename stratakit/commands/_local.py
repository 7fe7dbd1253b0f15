"""The local development database: the only one that commands replace or bring to another branch."""

from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.engine.resolve import local_database
from stratakit.engine.url import DatabaseURL
from stratakit.runtime import consent
from stratakit.runtime.environment import Environment

LOOPBACK = {"", "localhost", "127.0.0.1", "::1"}


def require_local(
    config: Config,
    project: Environment,
    confirmed_database: str | None = None,
    *,
    interactive: bool = False,
) -> DatabaseURL:
    """Return the local development database.

    That is the one that stratakit itself keeps in the project. Another one on this machine, to
    which env.py connects, counts too, once somebody has said its name: behind a tunnel it may be
    any database.

    Args:
        config: the project's.
        project: what env.py names.
        confirmed_database: the name of a database on this machine.
        interactive: whether a person at the terminal may be asked.

    Raises:
        UsageError: the database is another one, or its name was not given.
        StrataError: the variable ENVIRONMENT says that this is production.
    """
    if config.in_production:
        raise StrataError(
            "The variable ENVIRONMENT says that this is production.",
            detail="Only a local development database is replaced.",
            hint="Unset ENVIRONMENT, in the environment and in .env, if this is not production.",
        )
    url = project.url
    if url is None:
        return local_database(config)
    host = url.url.host or str(url.url.query.get("host", ""))
    # A path is the folder of a Unix socket.
    if url.backend != "sqlite" and host not in LOOPBACK and not host.startswith("/"):
        raise UsageError(
            f"{url} is not on this machine.",
            detail="Only a local development database is replaced.",
            hint="Let env.py connect to the local one: change DATABASE_URL, in the environment "
            "or in .env, or the URL in alembic.ini or env.py.",
        )
    if confirmed_database is None and consent.can_ask(interactive=interactive):
        confirmed_database = consent.ask(
            f"env.py connects to {url}, which stratakit did not create.\n"
            f"If it is your own development database, type its name ({url.name}): "
        )
    if confirmed_database != url.name:
        raise UsageError(
            f"env.py connects to {url}, which stratakit did not create.",
            detail="Behind a tunnel, an address of this machine may lead to any database.",
            hint="Run this command at a terminal, which asks for the name of the database.",
        )
    return url
