"""What MariaDB keeps of a column only as something else, told to Alembic's comparison.

JSON is LONGTEXT there with a CHECK of its own, which SQLAlchemy does not read: without it a
downgrade would bring back another column than there was.
"""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import JSON, Column, Connection, Table, text
from sqlalchemy.dialects.mysql import LONGTEXT

PLUGIN = "strata.reflected"
CHECKED = text(
    "SELECT 1 FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() "
    "AND table_name = :table AND level = 'Column' AND constraint_name = :column "
    "AND check_clause = concat('json_valid(`', :column, '`)')"
)


def _column(
    context: AutogenContext,
    _operation: Any,
    _schema: Any,
    _table: Any,
    _name: Any,
    found: "Column[Any]",
    declared: "Column[Any]",
) -> PriorityDispatchResult:
    """See the type of a column before it is compared, with one that was not reflected too."""
    if not isinstance(declared.type, LONGTEXT):
        _as_it_was_said(context, found)
    return PriorityDispatchResult.CONTINUE


def _columns(
    context: AutogenContext,
    _operations: Any,
    _schema: Any,
    _name: Any,
    found: Table | None,
    _declared: Any,
) -> PriorityDispatchResult:
    """See the types of columns that go."""
    for column in found.columns if found is not None else ():
        _as_it_was_said(context, column)
    return PriorityDispatchResult.CONTINUE


def _as_it_was_said(context: AutogenContext, column: "Column[Any]") -> None:
    connection = context.connection
    if (
        isinstance(column.type, LONGTEXT)
        and connection is not None
        and _is_json(connection, column)
    ):
        column.type = JSON()


def _is_json(connection: Connection, column: "Column[Any]") -> bool:
    """Whether a column of text was made as JSON; MySQL has a type of its own for that."""
    if not getattr(connection.dialect, "is_mariadb", False):
        return False
    asked = {"table": column.table.name, "column": column.name}
    return connection.execute(CHECKED, asked).first() is not None


_plugin = Plugin(PLUGIN)
for _dialect in ("mysql", "mariadb"):
    _plugin.add_autogenerate_comparator(
        _column, "column", PLUGIN, qualifier=_dialect, priority=DispatchPriority.FIRST
    )
    _plugin.add_autogenerate_comparator(
        _columns, "table", PLUGIN, qualifier=_dialect, priority=DispatchPriority.FIRST
    )
