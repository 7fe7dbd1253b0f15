"""Indexes of SQLite that SQLAlchemy does not reflect, such as those with DESC or a collation.

They are dropped by a statement, and their own statement creates them again in a downgrade.
"""

import re

from alembic.operations import ops
from sqlalchemy import Connection

from stratakit.catalog.sqlite.ddl import parse_index
from stratakit.operations import walk
from stratakit.operations.statements import StatementOp

UNREFLECTED = re.compile(r"\b(desc|collate)\b|[^\w\s,]")
"""Parts of an index that SQLAlchemy does not reflect."""


def complete_drops(operations: list[ops.MigrateOperation], connection: Connection) -> None:
    """Drop such indexes by their text: of dropped tables, on their own, and before a new one.

    Args:
        operations: nested; changed in place.
        connection: to the database.
    """
    found = [*walk.flatten(operations)]
    dropped = {getattr(each, "index_name", "") for each in found}
    for drop in [each for each in found if isinstance(each, ops.DropTableOp)]:
        for name in _names(connection, drop.table_name) - dropped:
            operations[:0] = drop_by_text(connection, name, drop.table_name)
    operations[:] = _replace_drops(operations, connection)
    found = [*walk.flatten(operations)]
    creates = [each for each in found if isinstance(each, ops.CreateIndexOp)]
    others = {
        getattr(each, "index_name", "") for each in found if not isinstance(each, ops.CreateIndexOp)
    }
    for create in creates:
        name = str(create.index_name)
        if name in _names(connection, create.table_name) - others:
            operations[:0] = drop_by_text(connection, name, create.table_name)


def drop_by_text(connection: Connection, name: str, table: str) -> list[StatementOp]:
    """Return the statement that drops an index; empty if SQLAlchemy reflects the index.

    Args:
        connection: to the database.
        name: of the index.
        table: its name.
    """
    found = connection.exec_driver_sql(
        "SELECT sql FROM sqlite_master WHERE type = 'index' AND name = ?", (name,)
    ).scalar()
    if not found or not UNREFLECTED.search(parse_index(found)[0]):
        return []
    quoted = connection.dialect.identifier_preparer.quote(name)
    texts = (f"drops index {name} of {table}", f"adds index {name} on {table}")
    return [StatementOp(f"DROP INDEX {quoted}", found, *texts, removes=True, index_name=name)]


def _replace_drops(
    operations: list[ops.MigrateOperation], connection: Connection
) -> list[ops.MigrateOperation]:
    result: list[ops.MigrateOperation] = []
    for operation in operations:
        if isinstance(operation, ops.OpContainer):
            operation.ops = _replace_drops(operation.ops, connection)
        if isinstance(operation, ops.DropIndexOp) and operation.index_name:
            table = operation.table_name or ""
            result += drop_by_text(connection, operation.index_name, table) or [operation]
        else:
            result.append(operation)
    return result


def _names(connection: Connection, table: str) -> set[str]:
    """Return the names of the indexes of a table that a statement created."""
    found = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL",
        (table,),
    )
    return set(found.scalars())
