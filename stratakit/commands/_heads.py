"""The newest revisions."""

from collections.abc import Sequence

from alembic.script import Script

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.revisions import alembic_config, guards


@command
def heads(config: Config) -> Sequence[Script]:
    """Return the newest revision; two of them have to be merged.

    Raises:
        StrataError: there is no revision, or one cannot be read.
    """
    directory = alembic_config.scripts(config)
    guards.require_revisions(config)
    return [head for head in directory.get_revisions(directory.get_heads()) if head]
