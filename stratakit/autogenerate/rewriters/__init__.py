"""Safe forms: what a new revision does to tables in use, so that nobody waits for it.

What is safe in one form only comes in that form. Where a form has several steps, each is a revision
of its own. One file a database. Each revision says what code that is running does behind it.
"""

from collections.abc import Callable

from alembic.operations.ops import MigrationScript
from sqlalchemy import MetaData

from stratakit.autogenerate.rewriters import (
    circular_keys,
    drop_order,
    mysql,
    phase,
    postgresql,
    server_defaults,
    sqlite,
)
from stratakit.autogenerate.rewriters.steps import Plan
from stratakit.config import Backend

PLANNED: dict[Backend, Callable[[MigrationScript, MetaData, int], Plan]] = {
    "postgresql": postgresql.planned,
    "mysql": mysql.planned,
    "sqlite": sqlite.planned,
}


def settle(
    directives: list[MigrationScript], metadata: MetaData, backend: Backend, version: int
) -> None:
    """Write what autogenerate made in safe forms: the revisions take the place of the one.

    Args:
        directives: Alembic's, with the one revision; changed in place.
        metadata: the tables that the models declare.
        backend: of the database.
        version: the major version of the production server; 0 where nobody says.
    """
    server_defaults.given(directives[0], metadata)
    circular_keys.opened(directives[0], backend)
    drop_order.last(directives[0])
    directives[:] = PLANNED[backend](directives[0], metadata, version).scripts(directives[0])
    phase.say(directives)
