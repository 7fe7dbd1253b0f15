"""The type as which a database stores the values of a column."""

import re
import sys
from typing import Any

from sqlalchemy import ARRAY, Dialect, TypeDecorator
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.types import TypeEngine


def stored_type(type_: TypeEngine[Any], dialect: Dialect) -> TypeEngine[Any]:
    """Return the type that the DDL of a database has for a type of the models.

    Args:
        type_: a decorator of the application's or a library's, or another type, which is returned
            as it is. So are SQLAlchemy's own decorators, such as Interval.
        dialect: of the database: a decorator may store its values in another way on each.
    """
    while isinstance(type_, TypeDecorator) and not type(type_).__module__.startswith("sqlalchemy."):
        type_ = type_.type_engine(dialect)
    return _public(type_)


def stored_enum(type_: TypeEngine[Any], dialect: Dialect) -> ENUM | None:
    """Return PostgreSQL's enum of a column, or of the elements of an array; None for other types.

    Args:
        type_: of the column.
        dialect: of the database.
    """
    found = stored_type(type_, dialect).dialect_impl(dialect)
    if isinstance(found, ARRAY):
        found = stored_type(found.item_type, dialect).dialect_impl(dialect)
    return found if isinstance(found, ENUM) and found.name else None


def _public(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return a type in place of the one that a driver derives from it, which has no public name."""
    for base in type(type_).__mro__:
        if not issubclass(base, TypeEngine):
            break
        module = re.match(r"sqlalchemy(\.dialects\.\w+)?", base.__module__)
        if not module or hasattr(sys.modules[module[0]], base.__name__):
            return type_ if base is type(type_) else type_.adapt(base)
    return type_
