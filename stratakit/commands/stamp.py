"""Write the revision that a database stands at, without running anything."""

from alembic import command as alembic_command

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.drift import guards
from stratakit.engine.connect import connect
from stratakit.revisions import alembic_config, environment, history, position
from stratakit.revisions.position import Position
from stratakit.revisions.run_options import RunOptions


@command
def stamp(config: Config, revision: str, *, reason: str | None = None) -> Position:
    """Write the revision that a database stands at, once its schema was compared with it.

    Args:
        config: the project's.
        revision: an id, `head` or `base`.
        reason: why to stamp without comparing, for the log; None compares.

    Returns:
        Where the database stands now.

    Raises:
        StrataError: the database is not what the revision makes.
        DatabaseUnavailable: the database or a scratch database cannot be had.
    """
    target = alembic_config.scripts(config).get_revision(revision)
    with connect(environment.current_url(config), read_only=True) as connection:
        if not reason:
            guards.refuse_difference(connection, config, target.revision if target else None)
        heads = position.current_heads(connection)
    positions: list[Position] = []
    options = RunOptions(
        skip_stamp_check=True,
        note=reason,
        finish=lambda connection: positions.append(position.read_position(config, connection)),
    )
    alembic_command.stamp(
        alembic_config.alembic_config(config, options),
        revision,
        purge=not set(heads) <= set(history.read(config.versions)),
    )
    return positions[0]
