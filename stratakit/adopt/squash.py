"""One first revision in place of a history that does not make its schema from nothing.

Such a history began when tables were there already, made by `create_all` or by hand. The new
revision has the id of the last one, so that databases which stand there stay as they are.
"""

from pathlib import Path

from sqlalchemy import Connection

from stratakit.adopt import baseline
from stratakit.catalog import Catalog
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import history
from stratakit.revisions.history import REPLACED, Revision


def write_squash(
    config: Config, connection: Connection, url: DatabaseURL, found: Catalog, at: tuple[str, ...]
) -> tuple[Path, int]:
    """Move all revisions aside and write one from a database that stands at the last of them.

    Args:
        config: the service's.
        connection: to the database, which is only read.
        url: where it is.
        found: its catalogue.
        at: the revisions at which it stands.

    Returns:
        The new file, and how many it replaces.

    Raises:
        StrataError: the database is not at the one head, or what was written does not make the same
            schema; all files are as they were before.
    """
    chain = history.read(config.versions)
    if len(chain.heads) != 1 or chain.heads != at:
        raise StrataError(
            f"The database stands at {', '.join(at) or 'no revision'}, and the history ends with "
            f"{', '.join(chain.heads) or 'none'}.",
            detail="What is written in place of all revisions has to be what all of them made.",
            hint="Take a database that stands at the one last revision.",
        )
    (head,) = at
    aside = config.versions / REPLACED
    aside.mkdir(exist_ok=True)
    moved = {each.path: each.path.rename(aside / each.path.name) for each in chain.values()}
    try:
        first = Revision(head, (), config.versions / f"{head}_baseline.py", "baseline")
        path, _ = baseline.write_baseline(config, connection, url, found, first)
    except BaseException:
        for before, now in moved.items():
            now.rename(before)
        aside.rmdir()
        raise
    return path, len(moved)
