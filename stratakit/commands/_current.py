"""The position of a database, and what is pending."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alembic.runtime.migration import MigrationContext
from alembic.script import Script

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.revisions import guards, plan, position
from stratakit.revisions.position import Position
from stratakit.runtime.environment import read_databases


@dataclass(frozen=True)
class CurrentResult:
    """The revision of a database.

    Args:
        position: its revisions.
        pending: what an upgrade would apply, in order.
        others: those of the other databases, if env.py migrates several.
    """

    position: Position
    pending: Sequence[Script]
    others: Sequence["CurrentResult"] = ()


@command
def current(config: Config) -> CurrentResult:
    """Read the position of the database.

    Raises:
        StrataError: the database is at a revision that no file has, or there is no revision.
        DatabaseUnavailable: it cannot be reached.
    """

    def read(context: MigrationContext) -> CurrentResult:
        pending = plan.upgrades(config, context, "heads")
        guards.require_revisions(config)
        return CurrentResult(position.read_position(config, context), pending)

    first, *others = read_databases(config, read)
    return replace(first, others=others)
