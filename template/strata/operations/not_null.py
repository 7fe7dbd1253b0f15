"""NOT NULL that needs no look at the table."""

from alembic.operations import ops


class ProvenNotNullOp(ops.AlterColumnOp):
    """NOT NULL behind a validated CHECK, which PostgreSQL takes as the proof.

    https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL
    """
