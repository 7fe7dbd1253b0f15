"""Extensions that an administrator created in the project's database, for a scratch database.

No revision creates them, so that a scratch database lacks them. Only a revision that fails because
something does not exist is a reason to look at the project's database.
"""

import re

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.errors import INSTALL_ON_SERVER_HINT
from stratakit.engine.url import DatabaseURL
from stratakit.revisions.position import connection_of
from stratakit.runtime.environment import read_databases

INSTALLED = text(
    "SELECT extname, nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace"
    " ORDER BY e.oid"
)
OFFERED = text("SELECT name FROM pg_available_extensions")
IS_MISSING = re.compile("does not exist")


def create_missing(url: DatabaseURL, config: Config, failure: str) -> bool:
    """Create the extensions that the project's database has and a scratch database lacks.

    Args:
        url: the scratch database.
        config: the project's.
        failure: the message of the revision that failed.

    Returns:
        Whether one was created, so that the revision may run now.

    Raises:
        StrataError: the server of the scratch databases does not offer one of them.
    """
    if url.backend != "postgresql" or not IS_MISSING.search(failure):
        return False
    try:
        answers = read_databases(config, _installed)
    except StrataError:
        # Without the project's database, the failure is all that is known.
        return False
    wanted = {name: schema for answer in answers for name, schema in answer.items()}
    with connect(url) as connection:
        there = connection.execute(INSTALLED).scalars().all()
        missing = {name: wanted[name] for name in wanted if name not in there}
        offered = set(connection.execute(OFFERED).scalars())
        for name in missing.keys() & offered:
            _create(connection, name, missing[name])
        connection.commit()
    if missing.keys() - offered:
        names = ", ".join(sorted(missing.keys() - offered))
        raise StrataError(
            failure,
            detail="It failed on a scratch database. The project's database has extensions that "
            f"the server of the scratch databases does not offer: {names}.",
            hint=INSTALL_ON_SERVER_HINT,
        )
    return bool(missing)


def _installed(context: MigrationContext) -> dict[str, str]:
    if context.dialect.name != "postgresql":
        return {}
    rows = connection_of(context).execute(INSTALLED)
    return {row.extname: row.nspname for row in rows}


def _create(connection: Connection, name: str, schema: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    if schema != "pg_catalog":
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
    connection.exec_driver_sql(
        f"CREATE EXTENSION IF NOT EXISTS {quote(name)} SCHEMA {quote(schema)} CASCADE"
    )
