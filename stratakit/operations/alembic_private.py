"""The private names of Alembic and SQLAlchemy that stratakit uses, all of them.

Neither project promises to keep them. Each is wrapped here with the reason for its use, and
tests/stratakit/operations/test_alembic_private.py calls each, so that a release that drops one
fails in one place.
"""

from typing import Any, TypeVar

from alembic.autogenerate import render
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from sqlalchemy import Column, FetchedValue
from sqlalchemy.types import TypeEngine

T = TypeVar("T")


def copy_column(column: "Column[T]") -> "Column[T]":
    """Return a copy of a column that belongs to no table.

    SQLAlchemy has no public copy of a column since 1.4 (`Column.copy` was deprecated).
    """
    return column._copy()


def type_affinity(type_: TypeEngine[Any]) -> type[TypeEngine[Any]] | None:
    """Return the generic type of a type: Numeric for DECIMAL, DateTime for TIMESTAMP.

    Reflection returns the database's own types, which equal none of a model.
    """
    return type_._type_affinity


def is_in_batch(context: AutogenContext) -> bool:
    """Return whether an operation is rendered inside `with op.batch_alter_table(...)`.

    A renderer of one's own has to know whether to write `op.` or `batch_op.`.
    """
    return context._has_batch


def render_type(type_: TypeEngine[Any], context: AutogenContext) -> str:
    """Return the code of a type, as `render_item` may return it for another type."""
    return render._repr_type(type_, context)


def render_server_default(default: FetchedValue, context: AutogenContext) -> str | None:
    """Return the code of a server default, which Alembic's `alter_column` leaves out."""
    return render._render_server_default(default, context)


def render_body(operations: ops.OpContainer, context: AutogenContext) -> str:
    """Return operations as the body of `upgrade()`.

    The public `render_python_code` takes no AutogenContext, whose imports are needed.
    """
    return render._indent(render._render_cmd_body(operations, context))
