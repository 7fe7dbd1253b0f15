"""What of a database autogenerate leaves as it is, although the models do not have it."""

from typing import Any

from sqlalchemy import CheckConstraint, MetaData, Table


def include_object(
    metadata: MetaData, item: Any, _name: str | None, kind: str, reflected: bool, compare_to: object
) -> bool:
    """Alembic's `include_object`, behind the first argument.

    Args:
        metadata: the tables that the models declare.

    Returns:
        False for what autogenerate would drop and may not; all that the models have is compared.
    """
    if not reflected or compare_to is not None or kind != "check_constraint":
        return True
    return not _has_one_without_a_name(metadata.tables.get(item.table.key))


def _has_one_without_a_name(table: Table | None) -> bool:
    """Whether the server names a CHECK of a model: any that the database has may be that one."""
    if table is None:
        return False
    constraints = table.constraints.union(*(column.constraints for column in table.columns))
    return any(
        isinstance(each, CheckConstraint) and not isinstance(each.name, str) for each in constraints
    )
