"""What of a database autogenerate leaves as it is, although the models do not have it."""

from fnmatch import fnmatchcase
from typing import Any

from sqlalchemy import CheckConstraint, MetaData, Table

# Alembic's words for what it compares, and the catalogue's. MySQL's unique constraints are indexes.
KINDS = {
    "table": ("table",),
    "column": ("column",),
    "index": ("index",),
    "unique_constraint": ("unique constraint", "index"),
    "foreign_key_constraint": ("foreign key",),
    "check_constraint": ("check constraint",),
}


def include_object(
    metadata: MetaData,
    allowed: tuple[str, ...],
    item: Any,
    name: str | None,
    kind: str,
    reflected: bool,
    compare_to: object,
) -> bool:
    """Alembic's `include_object`, behind the first two arguments.

    Args:
        metadata: the tables that the models declare.
        allowed: what may be in the database beside them, as strata.toml says it.

    Returns:
        Whether autogenerate may drop it; all that the models have is compared.
    """
    if not reflected or compare_to is not None:
        return True
    if kind == "check_constraint" and _has_one_without_a_name(metadata.tables.get(item.table.key)):
        return False
    return not _is_allowed(allowed, item, name or "", kind)


def _is_allowed(allowed: tuple[str, ...], item: Any, name: str, kind: str) -> bool:
    """Whether a pattern says it, in the words of `check`: catalogue/differences.py."""
    full = item.fullname if kind == "table" else f"{item.table.fullname}.{name}"
    names = [f"{each} {full}" for each in KINDS.get(kind, ())]
    return any(fnmatchcase(each, pattern) for each in names for pattern in allowed)


def _has_one_without_a_name(table: Table | None) -> bool:
    """Whether the server names a CHECK of a model: any that the database has may be that one."""
    if table is None:
        return False
    constraints = table.constraints.union(*(column.constraints for column in table.columns))
    return any(
        isinstance(each, CheckConstraint) and not isinstance(each.name, str) for each in constraints
    )
