"""Rendering of what Alembic renders as code that fails, or not at all."""

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum, MetaData, TypeDecorator
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType

from stratakit.alembic_private import render_exclusion, render_type
from stratakit.autogenerate.third_party_types import is_third_party_type
from stratakit.orm.stored_type import stored_type


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Render the database's type instead of the application's decorator of it.

    A revision that imports the application breaks when the application changes.

    Args:
        kind: what the item is, in Alembic's words, such as `type`.
        item: the type, server default or constraint.
        context: Alembic's, which collects imports.

    Returns:
        The code; False if Alembic's own is right.
    """
    if kind == "type" and isinstance(item, TypeDecorator) and context.dialect is not None:
        stored = stored_type(item, context.dialect)
        return False if stored is item else render_type(stored, context)
    if kind == "type" and isinstance(item, UserDefinedType) and is_third_party_type(item):
        # Alembic renders the module and does not import it.
        context.imports.add(f"import {type(item).__module__}")
    if kind == "type" and isinstance(item, Enum) and context.dialect is not None:
        native = item.dialect_impl(context.dialect)
        if isinstance(native, postgresql.ENUM) and native.name:
            # op.create_enum creates it, once for all columns.
            context.imports.add("from sqlalchemy.dialects import postgresql")
            schema = f", schema={native.schema!r}" if native.schema else ""
            values = ", ".join(map(repr, native.enums))
            name = str(native.name)
            return f"postgresql.ENUM({values}, name={name!r}{schema}, create_type=False)"
    if kind == "exclude" and (classes := _operator_classes(item, context)):
        return f"{render_exclusion(item, context).removesuffix(')')}, ops={classes!r})"
    if kind == "server_default" and isinstance(getattr(item, "arg", None), str):
        # Alembic strips an apostrophe at either end. A member of a StrEnum is its value.
        return str.__repr__(item.arg)
    return False


def _operator_classes(
    constraint: postgresql.ExcludeConstraint, context: AutogenContext
) -> dict[str, str]:
    """Return the operator classes of an exclusion constraint, which Alembic leaves out.

    SQLAlchemy loses them in a copy, and the constraint of an operation is one.
    """
    tables = context.metadata.tables if isinstance(context.metadata, MetaData) else {}
    table = tables.get(constraint.table.key)
    declared = [] if table is None else [*table.constraints]
    return next(
        (
            each.ops
            for each in declared
            if isinstance(each, postgresql.ExcludeConstraint)
            and each.name == constraint.name
            and [*each.columns.keys()] == [*constraint.columns.keys()]
        ),
        {},
    )
