"""Extensions that an administrator created in the project's database, for a scratch database.

No revision creates them, so that a scratch database lacks them. Only a revision that fails for want
of something is a reason to look at the project's database, and at the version of its server.
"""

import re
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.errors import INSTALL_ON_SERVER_HINT
from stratakit.engine.url import DatabaseURL
from stratakit.engine.versions import describe_versions, server_version
from stratakit.revisions.position import connection_of
from stratakit.runtime.environment import read_databases

INSTALLED = text(
    "SELECT extname, nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace"
    " ORDER BY e.oid"
)
OFFERED = text("SELECT name FROM pg_available_extensions")
MAY_HELP = re.compile("does not exist|syntax error|unrecognized|not supported")
"""The messages of PostgreSQL that an extension or another version of it may be the reason for."""


@dataclass(frozen=True)
class ProjectServer:
    """The server of the project's database.

    Args:
        extensions: the schemas of the extensions that the database has, by their names.
        version: as `server_version` returns it.
    """

    extensions: dict[str, str]
    version: str


def create_missing(url: DatabaseURL, config: Config, failure: str) -> bool:
    """Create the extensions that the project's database has and a scratch database lacks.

    Args:
        url: the scratch database.
        config: the project's.
        failure: the message of the revision that failed.

    Returns:
        Whether one was created, so that the revision may run now.

    Raises:
        StrataError: the server of the scratch databases does not offer one of them, or has another
            version than the project's.
    """
    if url.backend != "postgresql" or not MAY_HELP.search(failure):
        return False
    try:
        project = read_databases(config, _describe)[0]
    except StrataError:
        # Without the project's database, the failure is all that is known.
        return False
    with connect(url) as connection:
        versions = describe_versions(server_version(connection), project.version)
        there = connection.execute(INSTALLED).scalars().all()
        missing = {name: schema for name, schema in project.extensions.items() if name not in there}
        offered = set(connection.execute(OFFERED).scalars())
        for name in missing.keys() & offered:
            _create(connection, name, missing[name])
        connection.commit()
    if names := ", ".join(sorted(missing.keys() - offered)):
        raise StrataError(
            failure,
            detail="It failed on a scratch database. The project's database has extensions that "
            f"the server of the scratch databases does not offer: {names}.",
            hint=INSTALL_ON_SERVER_HINT,
        )
    if versions and not missing:
        raise StrataError(
            failure,
            detail=f"It failed on a scratch database. {versions}",
            hint="Otherwise correct the revision, and run the command again.",
        )
    return bool(missing)


def _describe(context: MigrationContext) -> ProjectServer:
    connection = connection_of(context)
    if context.dialect.name != "postgresql":
        return ProjectServer({}, "")
    rows = connection.execute(INSTALLED)
    return ProjectServer({row.extname: row.nspname for row in rows}, server_version(connection))


def _create(connection: Connection, name: str, schema: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    if schema != "pg_catalog":
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
    connection.exec_driver_sql(
        f"CREATE EXTENSION IF NOT EXISTS {quote(name)} SCHEMA {quote(schema)} CASCADE"
    )
