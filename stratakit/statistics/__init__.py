"""The sizes of tables, from the statistics of a server or from a file that is committed."""

from stratakit.statistics.servers import read_statistics
from stratakit.statistics.table import Statistics, TableStatistics, is_small

__all__ = ["Statistics", "TableStatistics", "is_small", "read_statistics"]
