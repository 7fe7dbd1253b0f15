"""A revision that is to be run, or to be read, in one direction."""

from pathlib import Path

from alembic.script import Script

from strata.config import Config
from strata.observe.record import Direction, Step


def unrun(config: Config, script: Script, direction: Direction, version: int = 0) -> Step:
    """What is known of a revision before it runs.

    Args:
        config: of the project.
        script: the revision, which is loaded.
        direction: upgrade or downgrade.
        version: the major version of the server at hand, for where strata.toml names none.
    """
    path = Path(script.path)
    return Step(
        script.revision,
        path,
        path.read_text(encoding="utf-8"),
        direction,
        config.database,
        config.server_version or version,
        getattr(script.module, "phase", ""),
        packages=config.packages,
    )
