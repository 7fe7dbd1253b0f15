"""One first revision in place of a history that cannot create its schema on an empty database.

Such a history began with existing tables, created by `create_all` or manually. The new revision has
the id of the last one, so that databases at that revision stay as they are.
"""

from pathlib import Path

from sqlalchemy import Connection

from stratakit.adopt import baseline
from stratakit.catalog import Catalog
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import history
from stratakit.revisions.history import REPLACED, Revision
from stratakit.runtime.environment import Environment


def write_squash(
    project: Environment,
    connection: Connection,
    url: DatabaseURL,
    expected: Catalog,
    heads: tuple[str, ...],
) -> tuple[Path, int]:
    """Replace all revisions by one, written from a database that is at the last of them.

    Args:
        project: what env.py says.
        connection: to the database, which is only read.
        url: its URL.
        expected: what env.py compares of its catalog.
        heads: the revisions at which it is.

    Returns:
        The new file, and the number of revisions that it replaces.

    Raises:
        StrataError: the database is not at the one head, or the new revision creates another
            schema. All files are unchanged then.
    """
    config = project.config
    revisions = history.read(config.revision_files)
    if len(revisions.heads) != 1 or revisions.heads != heads:
        raise StrataError(
            f"The database is at {', '.join(heads) or 'no revision'}, and the history ends with "
            f"{', '.join(revisions.heads) or 'none'}.",
            detail="The new revision replaces all others. It is written from a database at head.",
            hint="Use a database at the last revision.",
        )
    (head,) = heads
    folder = config.versions / REPLACED
    folder.mkdir(exist_ok=True)
    moved = {each.path: each.path.rename(folder / each.path.name) for each in revisions.values()}
    try:
        first = Revision(head, (), config.versions / f"{head}_baseline.py", "baseline")
        path, _ = baseline.write_baseline(project, connection, url, expected, first)
    except BaseException:
        for original, moved_path in moved.items():
            moved_path.rename(original)
        folder.rmdir()
        raise
    return path, len(moved)
