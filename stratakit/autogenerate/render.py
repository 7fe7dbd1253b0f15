"""Rendering of types whose repr() is not code."""

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import _repr_type
from sqlalchemy import Enum, TypeDecorator
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import UserDefinedType

from stratakit.autogenerate import hazards


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Alembic's `render_item`: the database's type instead of the application's decorator of it.

    A revision that imports the application breaks when the application changes.
    """
    if kind == "type" and isinstance(item, TypeDecorator):
        return str(_repr_type(item.impl_instance, context))
    if kind == "type" and isinstance(item, UserDefinedType) and hazards.of_a_library(item):
        # Alembic writes the module and does not import it.
        context.imports.add(f"import {type(item).__module__}")
    if kind == "type" and isinstance(item, Enum) and context.dialect is not None:
        own = item.dialect_impl(context.dialect)
        if isinstance(own, postgresql.ENUM) and own.name:
            # op.create_enum makes it, once for all columns.
            context.imports.add("from sqlalchemy.dialects import postgresql")
            schema = f", schema={own.schema!r}" if own.schema else ""
            values = ", ".join(map(repr, own.enums))
            return f"postgresql.ENUM({values}, name={str(own.name)!r}{schema}, create_type=False)"
    return False
