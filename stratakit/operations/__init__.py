"""Operations that Alembic lacks, for revisions: `op.validate_constraint(...)`.

A revision that is applied is never edited, so that what stands here stays. A revision may use them
as soon as `strata.operations` is imported, which `migrations/env.py` does.
"""

from importlib import import_module

for _module in ("alter_column", "autocommit", "constraints", "enums", "fill", "renames"):
    import_module(f"stratakit.operations.{_module}")
