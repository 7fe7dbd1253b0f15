"""What a batch operation does to a table that SQLite can only change by recreating it."""

from collections.abc import Iterator
from dataclasses import replace

from alembic.operations import ops

from stratakit.catalog.sqlite.ddl import BATCH_COPY
from stratakit.lint.trace.model import Call, Statement, Step
from stratakit.orm.server_defaults import has_server_value
from stratakit.sql.action import Action


def told(step: Step) -> None:
    """Put the acts of the batch in place of those of the statements that recreate a table."""
    copied, used, statements = "", set[int](), list[Statement]()
    for statement in step.statements:
        statements.append(statement)
        if found := BATCH_COPY.match(statement.text):
            copied = found[1]
            statement.acts = (Action("recreate table", copied),)
            statement.before |= {copied: step.existed.get(copied)}
            for call in step.calls:
                if id(call) not in used and _table(call) == copied:
                    used.add(id(call))
                    line = call.line or statement.line
                    statements.append(replace(statement, line=line, acts=tuple(_acts(call))))
            continue
        if copied:
            temporary = f"_alembic_tmp_{copied}"
            kinds = {(act.kind, act.table) for act in statement.acts}
            if ("rename table", temporary) in kinds:
                statement.acts, copied = (), ""
            elif kinds & {("insert", temporary), ("drop table", copied), ("drop table", temporary)}:
                statement.acts = ()
        # Its indexes are made again as they were.
        statement.acts = tuple(
            act
            for act in statement.acts
            if not (act.kind == "create index" and _had(step, act, statements))
        )
    step.statements = statements
    step.existed = {
        name: table for name, table in step.existed.items() if "_alembic_tmp" not in name
    }


def _had(step: Step, act: Action, statements: list[Statement]) -> bool:
    recreated = {each.table for one in statements for each in one.acts if "recreate" in each.kind}
    known = step.existed.get(act.table)
    return act.table in recreated and known is not None and act.name in known.indexes


def _table(call: Call) -> str:
    operation = call.operation
    return getattr(operation, "table_name", "") or getattr(operation, "source_table", "") or ""


def _acts(call: Call) -> Iterator[Action]:
    operation, table = call.operation, _table(call)
    if isinstance(operation, ops.DropColumnOp):
        yield Action("drop column", table, operation.column_name)
    elif isinstance(operation, ops.AddColumnOp):
        column = operation.column
        flags = {
            flag
            for flag, there in (
                ("NOT NULL", not column.nullable),
                ("DEFAULT", has_server_value(column)),
            )
            if there
        }
        yield Action("add column", table, column.name, str(column.type), frozenset(flags))
    elif isinstance(operation, ops.DropConstraintOp):
        yield Action("drop constraint", table, str(operation.constraint_name or ""))
    elif isinstance(operation, ops.CreateUniqueConstraintOp):
        columns = ", ".join(map(str, operation.columns))
        yield Action("add unique", table, str(operation.constraint_name or ""), f"({columns})")
    elif isinstance(operation, ops.AlterColumnOp):
        yield from _altered(table, operation)


def _altered(table: str, operation: ops.AlterColumnOp) -> Iterator[Action]:
    act = Action("", table, operation.column_name)
    if operation.modify_name is not None:
        yield replace(act, kind="rename column", text=operation.modify_name)
    if operation.modify_nullable is not None:
        yield replace(act, kind="drop not null" if operation.modify_nullable else "set not null")
    if operation.modify_type is not None:
        yield replace(act, kind="alter type", text=str(operation.modify_type))
    if operation.modify_server_default is None:
        yield replace(act, kind="drop default")
    elif operation.modify_server_default is not False:
        yield replace(act, kind="set default", text=str(operation.modify_server_default))
