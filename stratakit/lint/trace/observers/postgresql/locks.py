"""The locks that a transaction of PostgreSQL holds, and what it did to the relations."""

from typing import NamedTuple

from sqlalchemy.engine.interfaces import DBAPICursor

from stratakit.lint.trace.observers.postgresql.relation_name import relation_name

LOCKS = f"""
SELECT {relation_name("c.oid")}, c.relkind, l.mode, coalesce(pg_relation_filenode(c.oid), 0),
  coalesce(pg_stat_get_xact_numscans(c.oid), 0), c.oid, coalesce(x.indrelid, 0),
  current_setting('lock_timeout'), current_setting('statement_timeout')
FROM (SELECT 1) one
LEFT JOIN pg_locks l ON l.pid = pg_backend_pid() AND l.locktype = 'relation'
  AND l.relation BETWEEN 16384 AND %s
LEFT JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'i', 'm')
  AND c.relnamespace <> 'pg_toast'::regnamespace
LEFT JOIN pg_index x ON x.indexrelid = c.oid
"""
# What is counted is not reset at each transaction's end, only when it is sent on.
SCANS = """
SELECT oid, scans FROM (
  SELECT oid, pg_stat_get_xact_numscans(oid) AS scans FROM pg_class
  WHERE relkind IN ('r', 'm') AND oid >= 16384) counted WHERE scans > 0
"""


class Lock(NamedTuple):
    """A lock on an older relation; without the relation's columns if none is held.

    Attributes:
        relation: its name.
        kind: r, p, i or m, as in pg_class.
        mode: such as AccessExclusiveLock.
        filenode: the number of the relation's file.
        scans: how often it was read as a whole.
        oid: the relation's number.
        table_oid: the number of the table, for an index.
        lock_timeout: the setting, with its unit.
        statement_timeout: the setting, with its unit.
    """

    relation: str
    kind: str
    mode: str
    filenode: int
    scans: int
    oid: int
    table_oid: int
    lock_timeout: str
    statement_timeout: str


def read_locks(cursor: DBAPICursor, watermark: int) -> list[Lock]:
    """Read the locks that are held on older relations.

    Args:
        cursor: of the revision's connection.
        watermark: the highest number of a relation before the revision.

    Returns:
        The locks, one row at least, for the settings.
    """
    cursor.execute(LOCKS, (watermark,))
    return [Lock(*row) for row in cursor.fetchall()]


def read_scans(cursor: DBAPICursor) -> dict[int, int]:
    """Read how often each table was read as a whole, by its number."""
    cursor.execute(SCANS)
    return dict(cursor.fetchall())
