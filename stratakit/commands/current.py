"""The position of a database, and what is pending."""

from collections.abc import Sequence
from dataclasses import dataclass

from alembic.script import Script

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.revisions import environment, plan, position
from stratakit.revisions.position import Position


@dataclass(frozen=True)
class CurrentResult:
    """Where a database stands.

    Args:
        position: its revisions.
        pending: what an upgrade would apply, in order.
    """

    position: Position
    pending: Sequence[Script]


@command
def current(config: Config) -> CurrentResult:
    """Read the position of the database.

    Raises:
        StrataError: the database stands at a revision that no file has.
        DatabaseUnavailable: it cannot be reached.
    """
    with connect(environment.current_url(config), read_only=True) as connection:
        return CurrentResult(
            position.read_position(config, connection),
            plan.upgrades(config, connection, "heads"),
        )
