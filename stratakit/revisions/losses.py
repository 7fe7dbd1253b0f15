"""The rows and values that undoing revisions would lose, counted in the database."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alembic.script import Script
from sqlalchemy import Connection, column, func, inspect, literal, select, table
from sqlalchemy.exc import DBAPIError

from stratakit.revisions.own_tables import OWN_TABLES
from stratakit.sql.parser import parse

MOST_COUNTED = 1_000_000
"""Rows from which on the exact number takes long and changes no decision."""
LOSING_ACTIONS = {"drop table", "drop column", "truncate", "delete"}


@dataclass(frozen=True)
class Loss:
    """Rows or values that would be lost.

    Args:
        name: of the table or of the column; of the revision if its code computes the name.
        description: the same with the number of rows.
    """

    name: str
    description: str


@dataclass(frozen=True)
class DroppedData:
    """The objects that one line of a revision drops.

    Args:
        line: the line.
        table: the table, with its schema unless that is the connection's own; empty if the code
            computes it.
        column: the column; empty if the line drops all rows.
    """

    line: int
    table: str = ""
    column: str = ""


def downgrade_losses(connection: Connection, revisions: Sequence[Script]) -> list[Loss]:
    """Find what undoing revisions would lose.

    Args:
        connection: to the database that they are undone in.
        revisions: the revisions to undo.

    Returns:
        The losses without those of empty tables and of columns without values; those of the columns
        of a dropped table are part of the table's.
    """
    losses: dict[str, Loss] = {}
    for revision in revisions:
        for dropped in dropped_data(Path(revision.path), "downgrade"):
            if loss := _count(connection, revision, dropped):
                losses.setdefault(loss.name, loss)
    return [each for each in losses.values() if each.name.rpartition(".")[0] not in losses]


def table_loss(connection: Connection, name: str, schema: str | None = None) -> Loss | None:
    """Return the loss of all rows of a table; None if it is empty."""
    full_name = f"{schema}.{name}" if schema else name
    return _loss(connection, full_name, f"table {full_name}", "row", name, schema)


def database_losses(connection: Connection) -> list[Loss]:
    """Return the losses of all tables of the connection's own schema but stratakit's."""
    names = sorted({*inspect(connection).get_table_names()} - {*OWN_TABLES})
    return [loss for name in names if (loss := table_loss(connection, name))]


def dropped_data(path: Path, function: str) -> Iterator[DroppedData]:
    """Find what a function of a revision drops with its rows, by the code alone."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            batches = _batches(node)
            docstring = node.body[0].value if isinstance(node.body[0], ast.Expr) else None
            for inner in ast.walk(node):
                if inner is docstring and isinstance(inner, ast.Constant):
                    continue
                if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
                    yield from _of_call(inner, inner.func, batches)
                elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    yield from _of_statement(inner.lineno, inner.value)


def _batches(function: ast.FunctionDef) -> dict[str, str]:
    """Return the tables of `with op.batch_alter_table(...) as NAME`, by the names."""
    items = [
        item
        for node in ast.walk(function)
        if isinstance(node, ast.With)
        for item in node.items
        if isinstance(item.context_expr, ast.Call)
    ]
    return {
        item.optional_vars.id: _table(item.context_expr, "table_name")
        for item in items
        if isinstance(item.optional_vars, ast.Name) and isinstance(item.context_expr, ast.Call)
    }


def _of_call(
    call: ast.Call, function: ast.Attribute, batches: dict[str, str]
) -> Iterator[DroppedData]:
    owner = function.value.id if isinstance(function.value, ast.Name) else ""
    if function.attr == "drop_table":
        yield DroppedData(call.lineno, _table(call, "table_name"))
    elif function.attr == "drop_column" and owner in batches:
        dropped = _argument(call, 0, "column_name")
        yield DroppedData(call.lineno, batches[owner] if dropped else "", dropped)
    elif function.attr == "drop_column":
        dropped = _argument(call, 1, "column_name")
        yield DroppedData(call.lineno, _table(call, "table_name") if dropped else "", dropped)


def _of_statement(line: int, text: str) -> Iterator[DroppedData]:
    for action in parse(text):
        if action.kind not in LOSING_ACTIONS or (action.kind == "delete" and action.has("WHERE")):
            continue
        yield DroppedData(line, action.table, action.name if action.kind == "drop column" else "")


def _table(call: ast.Call, name: str) -> str:
    schema, table_name = _argument(call, -1, "schema"), _argument(call, 0, name)
    return f"{schema}.{table_name}" if schema and table_name else table_name


def _argument(call: ast.Call, index: int, name: str) -> str:
    """Return an argument that is literal text; empty if it is none."""
    named = [each.value for each in call.keywords if each.arg == name]
    values = named or (call.args[index : index + 1] if index >= 0 else [])
    value = values[0].value if values and isinstance(values[0], ast.Constant) else ""
    return value if isinstance(value, str) else ""


def _count(connection: Connection, revision: Script, dropped: DroppedData) -> Loss | None:
    schema, _, name = dropped.table.rpartition(".")
    if not name:
        description = f"{revision.revision}  {revision.doc}: line {dropped.line} drops something"
        return Loss(revision.revision, description)
    found = inspect(connection)
    if not found.has_table(name, schema=schema or None):
        return None
    if not dropped.column:
        return table_loss(connection, name, schema or None)
    if dropped.column not in {each["name"] for each in found.get_columns(name, schema or None)}:
        return None
    full_name = f"{dropped.table}.{dropped.column}"
    kind = f"column {full_name}"
    return _loss(connection, full_name, kind, "value", name, schema or None, dropped.column)


def _loss(
    connection: Connection,
    full_name: str,
    kind: str,
    unit: str,
    table_name: str,
    schema: str | None,
    column_name: str = "",
) -> Loss | None:
    rows = select(literal(1).label("one")).select_from(table(table_name, schema=schema))
    if column_name:
        rows = rows.where(column(column_name).is_not(None))
    counted = select(func.count()).select_from(rows.limit(MOST_COUNTED + 1).subquery())
    try:
        number = connection.scalar(counted) or 0
    except DBAPIError:
        # It is in use, or may not be read.
        return Loss(full_name, f"{kind}, whose {unit}s could not be counted")
    if not number:
        return None
    shown = f"more than {MOST_COUNTED:,}" if number > MOST_COUNTED else f"{number:,}"
    return Loss(full_name, f"{kind}, {shown} {unit}{'' if number == 1 else 's'}")
