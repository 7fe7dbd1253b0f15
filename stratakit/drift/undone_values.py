"""Values of enums that a downgrade leaves, because PostgreSQL cannot remove them."""

from collections.abc import Iterable

from alembic.runtime.migration import MigrationContext

from stratakit.catalog import Difference
from stratakit.config import Config
from stratakit.revisions import history, log, position


def find_undone_values(
    config: Config, context: MigrationContext, differences: Iterable[Difference]
) -> set[Difference]:
    """Return the additional values that a revision added which was undone, by the log.

    Nobody changed them manually, and the next upgrade uses them again.

    Args:
        config: the project's.
        context: of the database, whose log is read.
        differences: of the database from its revision.
    """
    additions = {each for each in differences if each.only_adds_enum_values}
    if not additions:
        return set()
    entries = log.read_entries(position.connection_of(context), context.version_table_schema)
    directions = {row["revision"]: row["direction"] for row in entries}
    revisions = history.read(config.revision_files)
    sources = [
        revision.path.read_text(encoding="utf-8").replace('"', "'")
        for revision in revisions.values()
        if directions.get(revision.id) == "downgrade"
    ]
    return {
        each
        for each in additions
        if all(any(value in source for source in sources) for value in _added_values(each))
    }


def _added_values(difference: Difference) -> set[str]:
    """Return the additional values in their quotes."""
    expected, actual = (
        (each or "").split(" ") for each in (difference.expected, difference.actual)
    )
    return {value.strip("'") for value in {*actual} - {*expected}}
