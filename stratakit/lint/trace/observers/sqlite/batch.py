"""Batch operations, by which SQLite changes a table that it can only recreate."""

from collections.abc import Iterator
from dataclasses import replace

from alembic.operations import ops

from stratakit.catalog.sqlite.ddl import batch_table
from stratakit.lint.trace.revision_run import Call, RevisionRun
from stratakit.lint.trace.statement import Statement
from stratakit.orm.server_defaults import has_server_value
from stratakit.sql.action import Action

TEMPORARY = "_alembic_tmp_"
"""The beginning of the name under which Alembic recreates a table."""


def restore_batch_actions(run: RevisionRun) -> RevisionRun:
    """Return a run with the operations of its batches as actions.

    They replace the actions of the statements that recreate a table: the copy, its indexes, the
    drop and the rename.
    """
    statements: list[Statement] = []
    calls = list(run.calls)
    table, recreated = "", set[str]()
    for statement in run.statements:
        if copied := batch_table(statement.text):
            table = copied
            recreated.add(table)
            before = statement.tables_before | {table: run.tables_before.get(table)}
            actions: tuple[Action, ...] = (Action("recreate table", table),)
            recreation = replace(statement, actions=actions, tables_before=before)
            batch = [call for call in calls if _table(call) == table]
            calls = [call for call in calls if _table(call) != table]
            statements += [recreation, *(_call_as_statement(recreation, each) for each in batch)]
            continue
        temporary = f"{TEMPORARY}{table}"
        actions = statement.actions
        targets = {(action.kind, action.table) for action in actions}
        if table and ("rename table", temporary) in targets:
            actions, table = (), ""
        elif table and targets & {
            ("insert", temporary), ("drop table", table), ("drop table", temporary),
        }:  # fmt: skip
            actions = ()
        actions = tuple(
            action
            for action in actions
            if action.table not in recreated or not _restores_index(run, action)
        )
        statements.append(replace(statement, actions=actions))
    tables = {name: each for name, each in run.tables_before.items() if TEMPORARY not in name}
    return replace(run, statements=tuple(statements), tables_before=tables)


def _restores_index(run: RevisionRun, action: Action) -> bool:
    """Return whether an action creates an index that the table had before the revision."""
    known = run.tables_before.get(action.table)
    return action.kind == "create index" and known is not None and action.name in known.indexes


def _call_as_statement(recreation: Statement, call: Call) -> Statement:
    line = call.line or recreation.line
    return replace(recreation, line=line, actions=tuple(_actions(call)))


def _table(call: Call) -> str:
    operation = call.operation
    return getattr(operation, "table_name", "") or getattr(operation, "source_table", "") or ""


def _actions(call: Call) -> Iterator[Action]:
    operation, table = call.operation, _table(call)
    if isinstance(operation, ops.DropColumnOp):
        yield Action("drop column", table, operation.column_name)
    elif isinstance(operation, ops.AddColumnOp):
        column = operation.column
        flags = [] if column.nullable else ["NOT NULL"]
        if has_server_value(column):
            flags.append("DEFAULT")
        yield Action("add column", table, column.name, str(column.type), frozenset(flags))
    elif isinstance(operation, ops.DropConstraintOp):
        yield Action("drop constraint", table, str(operation.constraint_name or ""))
    elif isinstance(operation, ops.CreateUniqueConstraintOp):
        columns = ", ".join(map(str, operation.columns))
        yield Action("add unique", table, str(operation.constraint_name or ""), f"({columns})")
    elif isinstance(operation, ops.AlterColumnOp):
        yield from _alter_actions(table, operation)


def _alter_actions(table: str, operation: ops.AlterColumnOp) -> Iterator[Action]:
    action = Action("", table, operation.column_name)
    if operation.modify_name is not None:
        yield replace(action, kind="rename column", text=operation.modify_name)
    if operation.modify_nullable is not None:
        yield replace(action, kind="drop not null" if operation.modify_nullable else "set not null")
    if operation.modify_type is not None:
        yield replace(action, kind="alter type", text=str(operation.modify_type))
    if operation.modify_server_default is None:
        yield replace(action, kind="drop default")
    elif operation.modify_server_default is not False:
        yield replace(action, kind="set default", text=str(operation.modify_server_default))
