"""Parts of a table that SQLAlchemy does not reflect, for a downgrade that creates it again."""

import re
from collections.abc import Mapping
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column, Connection, String, text
from sqlalchemy.schema import DefaultClause
from sqlalchemy.types import TypeEngine

from stratakit.alembic_private import added_again, created_again, index_again
from stratakit.catalog import Catalog, ObjectKey
from stratakit.operations import walk

LITERAL = re.compile(r"[-+]?[\w.]+|'(?:[^']|'')*'|\(.*\)", re.DOTALL)


DESCENDING = text(
    "SELECT table_name, index_name, column_name FROM information_schema.statistics "
    "WHERE table_schema = DATABASE() AND collation = 'D'"
)


def complete_reverses(
    operations: list[ops.MigrateOperation], actual: Catalog, connection: Connection
) -> None:
    """Complete what undoes drops and alterations.

    Args:
        operations: nested; changed in place.
        actual: the catalog of the database.
        connection: to the database.
    """
    descending: set[tuple[str, ...]] = set()
    if connection.dialect.name in ("mysql", "mariadb"):
        descending = {tuple(row) for row in connection.execute(DESCENDING)}
    for operation in walk.flatten(operations):
        if connection.dialect.name == "sqlite":
            _complete_on_sqlite(operation, actual)
        elif isinstance(operation, ops.DropIndexOp) and (create := index_again(operation)):
            place = (operation.table_name, operation.index_name)
            create.columns = [
                each.desc() if isinstance(each, Column) and (*place, each.name) in descending
                else each
                for each in create.columns
            ]  # fmt: skip


def _complete_on_sqlite(operation: ops.MigrateOperation, actual: Catalog) -> None:
    match operation:
        case ops.DropTableOp():
            if "autoincrement" in actual.get(ObjectKey("table", "", operation.table_name), {}):
                operation.table_kw["sqlite_autoincrement"] = True
            create = created_again(operation)
            for item in create.columns if create else ():
                if isinstance(item, Column):
                    _complete(item, operation.table_name, actual)
        case ops.DropColumnOp():
            if add := added_again(operation):
                _complete(add.column, operation.table_name, actual)
        case ops.AlterColumnOp():
            if isinstance(operation.existing_server_default, DefaultClause):
                default = _with_parentheses(operation.existing_server_default)
                operation.existing_server_default = default
            key = ObjectKey("column", operation.table_name, operation.column_name)
            _collate(operation.existing_type, actual.get(key, {}))


def _complete(column: "Column[Any]", table: str, actual: Catalog) -> None:
    attributes = actual.get(ObjectKey("column", table, column.name), {})
    _collate(column.type, attributes)
    if isinstance(column.server_default, DefaultClause):
        column.server_default = _with_parentheses(column.server_default)


def _collate(type_: TypeEngine[Any] | None, attributes: Mapping[str, str]) -> None:
    if "collation" in attributes and isinstance(type_, String):
        type_.collation = attributes["collation"].upper()


def _with_parentheses(default: DefaultClause) -> DefaultClause:
    """Return a default with the parentheses around an expression, which are not reflected."""
    is_literal = LITERAL.fullmatch(str(default.arg))
    return default if is_literal else DefaultClause(text(f"({default.arg})"))
