"""Operations that Alembic lacks, for revisions: `op.validate_constraint(...)`.

Importing this package registers them, as `stratakit.alembic` does for env.py. An applied revision
is never edited, so what stands here stays.
"""

from stratakit.operations import (
    alter_column,
    autocommit,
    backfill,
    constraints,
    enums,
    renames,
)

__all__ = ["alter_column", "autocommit", "backfill", "constraints", "enums", "renames"]
