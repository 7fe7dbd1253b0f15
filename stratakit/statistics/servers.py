"""The statistics of a server, from its catalog: no table is read, and no lock is waited for."""

from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from stratakit.config import Backend
from stratakit.engine.migration import reading
from stratakit.engine.url import BACKENDS
from stratakit.revisions.own_tables import OWN_TABLES
from stratakit.statistics.table import Statistics, TableStatistics

# pg_table_size() would wait for the lock of a table. A table that was never analyzed has no size
# here: reltuples is -1, or 0 before version 14. A partitioned table is the sum of its partitions.
POSTGRESQL = """
WITH sizes AS (
    SELECT c.oid, c.reltuples AS tuples,
        c.relpages::bigint + coalesce(t.relpages, 0) AS pages,
        (SELECT coalesce(sum(x.relpages), 0) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
         WHERE i.indrelid = c.oid) AS index_pages,
        s.n_tup_ins + s.n_tup_upd + s.n_tup_del AS writes
    FROM pg_class c
    LEFT JOIN pg_class t ON t.oid = c.reltoastrelid
    LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
    WHERE c.relkind IN ('r', 'm') AND c.oid >= 16384
        AND (c.reltuples > 0 OR c.reltuples = 0
            AND (c.relpages > 0 OR current_setting('server_version_num')::int >= 140000))
), summed AS (
    SELECT oid, tuples, pages, index_pages, writes FROM sizes
    UNION ALL
    SELECT pg_partition_root(oid), sum(tuples), sum(pages), sum(index_pages), sum(writes)
    FROM sizes WHERE pg_partition_root(oid) IS NOT NULL GROUP BY 1
)
SELECT concat_ws('.', CASE WHEN NOT pg_table_is_visible(c.oid) THEN n.nspname END, c.relname),
    summed.tuples::bigint,
    (summed.pages * current_setting('block_size')::int)::bigint,
    (summed.index_pages * current_setting('block_size')::int)::bigint,
    summed.writes / nullif(extract(epoch FROM clock_timestamp() - d.stats_reset), 0)
FROM summed JOIN pg_class c ON c.oid = summed.oid JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_database d ON d.datname = current_database()
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""
MYSQL = """
SELECT table_name, coalesce(table_rows, 0), coalesce(data_length, 0), coalesce(index_length, 0)
FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'
"""
MYSQL_WRITES = """
SELECT object_name, count_write FROM performance_schema.table_io_waits_summary_by_table
WHERE object_schema = DATABASE() AND count_write > 0
"""


def read_statistics(connection: Connection) -> Statistics:
    """Read the sizes of all tables; none on SQLite, which has no statistics.

    Args:
        connection: to the database. It is left as it was, and nothing is written.
    """
    backend = BACKENDS[connection.dialect.name]
    with reading(connection):
        found = READERS[backend](connection)
    return {name: size for name, size in found.items() if not _is_ours(name)}


def _is_ours(table: str) -> bool:
    return table.rpartition(".")[2] in OWN_TABLES


def _read_postgresql(connection: Connection) -> Statistics:
    return {
        name: TableStatistics(
            rows, size, index_size, None if writes is None else round(float(writes), 3)
        )
        for name, rows, size, index_size, writes in connection.execute(text(POSTGRESQL))
    }


def _read_mysql(connection: Connection) -> Statistics:
    writes: dict[str, float] = {}
    # Without the privilege, or without performance_schema, the writes are not known.
    with suppress(DBAPIError):
        counts = connection.execute(text(MYSQL_WRITES)).all()
        _, uptime = connection.execute(text("SHOW GLOBAL STATUS LIKE 'Uptime'")).one()
        writes = {name: round(count / max(int(uptime), 1), 3) for name, count in counts}
    return {
        name: TableStatistics(int(rows), int(size), int(index_size), writes.get(name))
        for name, rows, size, index_size in connection.execute(text(MYSQL))
    }


def _read_sqlite(_connection: Connection) -> Statistics:
    return {}


READERS: dict[Backend, Callable[[Connection], Statistics]] = {
    "postgresql": _read_postgresql,
    "mysql": _read_mysql,
    "sqlite": _read_sqlite,
}
