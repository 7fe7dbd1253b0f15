"""Corrections of what MySQL and MariaDB report of a table, for Alembic's comparison.

Without them a downgrade would create another table than the one that was dropped. MariaDB's JSON is
LONGTEXT with a CHECK, which SQLAlchemy does not read. Each table has a character set, and most have
the default of their database. The server creates an index for a foreign key that has none.
"""

from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import JSON, Column, Connection, Table, text
from sqlalchemy.dialects.mysql import LONGTEXT

PLUGIN = "stratakit.mysql_reflection"
JSON_CHECK = text(
    "SELECT 1 FROM information_schema.check_constraints WHERE constraint_schema = DATABASE() "
    "AND table_name = :table AND level = 'Column' AND constraint_name = :column "
    "AND check_clause = concat('json_valid(`', :column, '`)')"
)


def _correct_column(
    context: AutogenContext,
    _operation: Any,
    _schema: Any,
    _table: Any,
    _name: Any,
    reflected: "Column[Any]",
    declared: "Column[Any]",
) -> PriorityDispatchResult:
    """Correct the type of a column before it is compared."""
    if not isinstance(declared.type, LONGTEXT):
        _restore_declared_type(context, reflected)
    return PriorityDispatchResult.CONTINUE


def _correct_table(
    context: AutogenContext,
    _operations: Any,
    _schema: Any,
    _name: Any,
    reflected: Table | None,
    _declared: Any,
) -> PriorityDispatchResult:
    """Correct a table before it is dropped, or columns of it are."""
    if reflected is not None and context.connection is not None:
        _omit_default_charset(context.connection, reflected)
        for column in reflected.columns:
            _restore_declared_type(context, column)
    return PriorityDispatchResult.CONTINUE


def _drop_indexes_of_keys(
    _context: Any,
    operations: ops.ModifyTableOps,
    _schema: Any,
    _name: Any,
    reflected: Table | None,
    declared: Table | None,
) -> PriorityDispatchResult:
    """Drop with a foreign key the index that the server created for it; Alembic ignores it."""
    if reflected is not None and declared is not None:
        dropped = {name for each in operations.ops if (name := _dropped_foreign_key(each))}
        recreated = {
            each.constraint_name
            for each in operations.ops
            if isinstance(each, ops.CreateForeignKeyOp)
        }
        retained = {index.name for index in declared.indexes}
        # A table that Alembic reflects may have an index twice.
        indexes = {index.name: index for index in reflected.indexes}
        operations.ops += [
            ops.DropIndexOp.from_index(index)
            for name, index in indexes.items()
            if name in dropped - recreated - retained
        ]
    return PriorityDispatchResult.CONTINUE


def _dropped_foreign_key(operation: ops.MigrateOperation) -> str | None:
    if isinstance(operation, ops.DropConstraintOp) and operation.constraint_type == "foreignkey":
        return str(operation.constraint_name)
    return None


def _restore_declared_type(context: AutogenContext, column: "Column[Any]") -> None:
    """Give a column of MariaDB that was declared as JSON this type again."""
    connection = context.connection
    if (
        isinstance(column.type, LONGTEXT)
        and connection is not None
        and _is_json(connection, column)
    ):
        column.type = JSON()


def _omit_default_charset(connection: Connection, table: Table) -> None:
    """Remove the character set from a table if it is the default of the database."""
    options, dialect = table.dialect_kwargs, connection.dialect.name
    default = connection.execute(text("SELECT @@collation_database")).scalar_one()
    if options.get(f"{dialect}_collate") == default:
        for name in ("collate", "default charset"):
            options.pop(f"{dialect}_{name}", None)


def _is_json(connection: Connection, column: "Column[Any]") -> bool:
    """Return whether a column of text was created as JSON; MySQL has a type for it."""
    if not getattr(connection.dialect, "is_mariadb", False):
        return False
    names = {"table": column.table.name, "column": column.name}
    return connection.execute(JSON_CHECK, names).first() is not None


_plugin = Plugin(PLUGIN)
for _dialect in ("mysql", "mariadb"):
    _plugin.add_autogenerate_comparator(
        _correct_column, "column", PLUGIN, qualifier=_dialect, priority=DispatchPriority.FIRST
    )
    _plugin.add_autogenerate_comparator(
        _correct_table, "table", PLUGIN, qualifier=_dialect, priority=DispatchPriority.FIRST
    )
    _plugin.add_autogenerate_comparator(
        _drop_indexes_of_keys, "table", PLUGIN, qualifier=_dialect, priority=DispatchPriority.LAST
    )
