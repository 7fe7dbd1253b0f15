"""Operations that Alembic lacks, for revisions: `op.validate_constraint(...)`.

An import of this package registers them, as `stratakit.alembic` does for env.py. Applied revisions
call them and are never edited, so the names and arguments of `op.*` stay.
"""

from stratakit.operations import (
    alter_column,
    autocommit,
    backfill,
    comment,
    compatibility_view,
    constraints,
    enums,
    irreversible,
    renames,
    sync_trigger,
)

__all__ = [
    "alter_column",
    "autocommit",
    "backfill",
    "comment",
    "compatibility_view",
    "constraints",
    "enums",
    "irreversible",
    "renames",
    "sync_trigger",
]
