"""The sizes of the tables of a database."""

from pathlib import Path

from alembic.runtime.migration import MigrationContext

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.runtime.environment import read_database
from stratakit.statistics import Statistics, TableStatistics, file, read_statistics

__all__ = ["TableStatistics", "statistics", "write_statistics"]


@command
def statistics(config: Config) -> Statistics:
    """Read the sizes of all tables from the statistics of the server, without reading a table.

    Returns:
        The sizes by the names of the tables; none on SQLite, which has no statistics.

    Raises:
        StrataError: env.py cannot be run.
        DatabaseUnavailable: the database cannot be reached.
    """

    def read(context: MigrationContext) -> Statistics:
        assert context.connection is not None
        return read_statistics(context.connection)

    return read_database(config, read)


@command
def write_statistics(config: Config, sizes: Statistics) -> Path:
    """Write `migrations/statistics.toml`, from which the linter estimates durations.

    Args:
        config: the project's.
        sizes: the sizes by the names of the tables.

    Returns:
        The file.
    """
    path = file.statistics_path(config)
    file.write(path, sizes)
    return path
