"""What MySQL and MariaDB tell of a table otherwise than it was said, for Alembic's comparison.

A downgrade would bring back another table than there was. MariaDB's JSON is LONGTEXT with a CHECK
of its own, which SQLAlchemy does not read. Each table tells a character set, and most have the
default of their database. For a foreign key without an index the server makes one.
"""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import JSON, Column, Connection, Table, text
from sqlalchemy.dialects.mysql import LONGTEXT

PLUGIN = "stratakit.mysql_reflection"
CHECKED = text(
    "SELECT 1 FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() "
    "AND table_name = :table AND level = 'Column' AND constraint_name = :column "
    "AND check_clause = concat('json_valid(`', :column, '`)')"
)


def _column(
    context: AutogenContext,
    _operation: Any,
    _schema: Any,
    _of: Any,
    _name: Any,
    found: "Column[Any]",
    declared: "Column[Any]",
) -> PriorityDispatchResult:
    """See the type of a column before it is compared, with one that was not reflected too."""
    if not isinstance(declared.type, LONGTEXT):
        _as_it_was_said(context, found)
    return PriorityDispatchResult.CONTINUE


def _table(
    context: AutogenContext,
    _operations: Any,
    _schema: Any,
    _name: Any,
    found: Table | None,
    _declared: Any,
) -> PriorityDispatchResult:
    """See a table that goes, and the types of columns that do."""
    if found is not None and context.connection is not None:
        _leave_out_the_default(context.connection, found)
        for column in found.columns:
            _as_it_was_said(context, column)
    return PriorityDispatchResult.CONTINUE


def _indexes_of_keys(
    _context: Any,
    operations: ops.ModifyTableOps,
    _schema: Any,
    _name: Any,
    found: Table | None,
    declared: Table | None,
) -> PriorityDispatchResult:
    """Drop with a foreign key the index that the server made for it; Alembic leaves it out."""
    if found is not None and declared is not None:
        gone = {name for each in operations.ops if (name := _dropped_key(each))}
        again = {
            each.constraint_name
            for each in operations.ops
            if isinstance(each, ops.CreateForeignKeyOp)
        }
        named = {index.name for index in declared.indexes}
        # As Alembic reflects a table, an index may be there twice.
        theirs = {index.name: index for index in found.indexes}
        operations.ops += [
            ops.DropIndexOp.from_index(index)
            for name, index in theirs.items()
            if name in gone - again - named
        ]
    return PriorityDispatchResult.CONTINUE


def _dropped_key(operation: ops.MigrateOperation) -> str | None:
    if isinstance(operation, ops.DropConstraintOp) and operation.constraint_type == "foreignkey":
        return str(operation.constraint_name)
    return None


def _as_it_was_said(context: AutogenContext, column: "Column[Any]") -> None:
    connection = context.connection
    if (
        isinstance(column.type, LONGTEXT)
        and connection is not None
        and _is_json(connection, column)
    ):
        column.type = JSON()


def _leave_out_the_default(connection: Connection, table: Table) -> None:
    """Take the character set from a table that has its database's."""
    said, dialect = table.dialect_kwargs, connection.dialect.name
    default = connection.execute(text("SELECT @@collation_database")).scalar_one()
    if said.get(f"{dialect}_collate") == default:
        for name in ("collate", "default charset"):
            said.pop(f"{dialect}_{name}", None)


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
        _table, "table", PLUGIN, qualifier=_dialect, priority=DispatchPriority.FIRST
    )
    _plugin.add_autogenerate_comparator(
        _indexes_of_keys, "table", PLUGIN, qualifier=_dialect, priority=DispatchPriority.LAST
    )
