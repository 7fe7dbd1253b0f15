"""Objects of a database that autogenerate keeps although the models do not have them."""

from typing import Any

from sqlalchemy import CheckConstraint, MetaData, Table

from stratakit.revisions.allowed import is_allowed

# Alembic's kinds of objects, and the catalog's. A unique constraint of MySQL is an index.
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
    """Return whether autogenerate compares an object, and may drop it.

    Alembic's `include_object` after the first two arguments.

    Args:
        metadata: the tables that the models declare, which are all compared.
        allowed: patterns of objects that the database may have in addition to the models.
        item: the object.
        name: its name.
        kind: Alembic's kind of the object, a key of `KINDS`, or one of a plugin.
        reflected: whether the object was read from the database.
        compare_to: its counterpart in the models; None if they do not have it.
    """
    if not reflected or compare_to is not None:
        return True
    if kind == "check_constraint" and _has_unnamed_check(metadata.tables.get(item.table.key)):
        return False
    if kind not in KINDS:
        # Of a plugin, such as a function of alembic_utils.
        return not is_allowed(allowed, [f"{kind} {name}"])
    full_name = item.fullname if kind == "table" else f"{item.table.fullname}.{name}"
    return not is_allowed(allowed, (f"{each} {full_name}" for each in KINDS[kind]))


def _has_unnamed_check(table: Table | None) -> bool:
    """Return whether the server names a CHECK of a model: each in the database may be that one."""
    if table is None:
        return False
    constraints = table.constraints.union(*(column.constraints for column in table.columns))
    return any(
        isinstance(each, CheckConstraint) and not isinstance(each.name, str) for each in constraints
    )
