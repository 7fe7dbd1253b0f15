"""The phase of a new revision, where its operations tell it.

`/ready` of running code goes by it (stratakit/web/health.py), and so does `upgrade --rolling`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from alembic.operations import ops
from sqlalchemy import Column

from stratakit.autogenerate.review_comments import FindingOp
from stratakit.operations import walk
from stratakit.operations.backfill import FillOp
from stratakit.operations.constraints import (
    NotNullConstraintOp,
    UniqueUsingIndexOp,
    ValidateConstraintOp,
)
from stratakit.operations.enums import CreateEnumOp, DropEnumOp
from stratakit.orm.server_defaults import has_server_value
from stratakit.revisions import phases

# What they end was begun by another operation, which tells.
SAY_NOTHING = (FindingOp, UniqueUsingIndexOp, ValidateConstraintOp)
ADD = (ops.CreateTableOp, ops.CreateTableCommentOp, ops.DropTableCommentOp, CreateEnumOp)
TAKE = (ops.DropTableOp, ops.DropColumnOp, DropEnumOp)


def say(scripts: Sequence[ops.MigrationScript]) -> None:
    """Let new revisions say `phase = ...`, unless only a person can tell what running code does.

    Args:
        scripts: the revisions of one change; changed in place.
    """
    parts = [list(_operations(script)) for script in scripts]
    change = _Change.of([operation for part in parts for operation in part])
    for script, part in zip(scripts, parts, strict=True):
        said = {change.phase(each) for each in part if not isinstance(each, SAY_NOTHING)}
        # What takes away can be left for later: it does nothing beside.
        if "" in said or (phases.CONTRACT in said and len(said) > 1):
            continue
        phase = next((each for each in (phases.CONTRACT, "backfill") if each in said), "expand")
        # Beside operations, a directive has no other way into the file.
        script.imports = {*script.imports, f'phase = "{phase}"'}


def optional_before(
    drop: ops.DropColumnOp,
) -> tuple[list[ops.MigrateOperation], ops.MigrateOperation]:
    """What lets code that does not know a column insert rows before the column is dropped.

    Args:
        drop: of a column, with what it was.

    Returns:
        The operation that lets the column be NULL, none where rows go without it already or where
        it is of the primary key; and what undoes the drop behind it.
    """
    undo = drop.reverse()
    if not _needed(drop) or undo.column.primary_key:
        return [], undo
    undo.column = undo.column._copy()
    undo.column.nullable = True
    relax = ops.AlterColumnOp(
        drop.table_name,
        drop.column_name,
        schema=drop.schema,
        existing_type=undo.column.type,
        existing_nullable=False,
        existing_comment=undo.column.comment,
        modify_nullable=True,
    )
    return [relax], undo


def _needed(operation: ops.DropColumnOp) -> bool:
    """Whether code that does not know a column cannot insert while it is there."""
    return not _optional(operation.to_column())


@dataclass(frozen=True)
class _Change:
    """What a change is about, over all of its revisions: tables, and columns with their table.

    Args:
        new: what it adds, which running code does not know.
        gone: what it drops, which newer code does not know.
        needed: what of that newer code cannot insert without.
    """

    new: frozenset[tuple[str, str]]
    gone: frozenset[tuple[str, str]]
    needed: frozenset[tuple[str, str]]

    @classmethod
    def of(cls, operations: Sequence[ops.MigrateOperation]) -> "_Change":
        new, gone, required, relaxed = (set[tuple[str, str]]() for _ in range(4))
        for operation in operations:
            subject = walk.subject(operation)
            match operation:
                case ops.CreateTableOp() | ops.AddColumnOp():
                    new.add(subject)
                case ops.DropTableOp():
                    gone.add(subject)
                case ops.DropColumnOp():
                    gone.add(subject)
                    if _needed(operation):
                        required.add(subject)
                case ops.AlterColumnOp(modify_nullable=True):
                    relaxed.add(subject)
        return cls(frozenset(new), frozenset(gone), frozenset(required - relaxed))

    def phase(self, operation: ops.MigrateOperation) -> str:
        """The phase of one operation; empty where running code may fail by it."""
        if isinstance(operation, TAKE):
            return "" if walk.subject(operation) in self.needed else phases.CONTRACT
        if isinstance(operation, FillOp):
            return "backfill"
        return "expand" if isinstance(operation, ADD) or self._goes_on(operation) else ""

    def _goes_on(self, operation: ops.MigrateOperation) -> bool:
        """Whether code that knows nothing of it reads and writes on as before."""
        table = walk.subject(operation)[0]
        if ("", table) in self.new:
            return True
        match operation:
            case ops.AddColumnOp():
                return _optional(operation.column)
            case ops.AlterColumnOp() if walk.subject(operation) in self.new | self.gone:
                return True
            case ops.AlterColumnOp():
                kept = (operation.modify_type, operation.modify_name, operation.modify_nullable)
                return kept == (None, None, None) and operation.modify_server_default is not None
            case ops.DropConstraintOp():
                return operation.constraint_type in ("foreignkey", "check")
            case ops.DropIndexOp():
                return not operation.to_index().unique
            case ops.CreateIndexOp() if not operation.unique:
                return True
            case ops.CreateIndexOp():
                columns = [str(column.name) for column in operation.to_index().columns]
            case ops.CreateUniqueConstraintOp():
                columns = [str(column) for column in operation.columns]
            case ops.CreateForeignKeyOp():
                columns = operation.local_cols
            case NotNullConstraintOp():
                columns = [operation.options["column_name"]]
            case _:
                return False
        return all((table, column) in self.new for column in columns)


def _operations(script: ops.MigrationScript) -> Iterator[ops.MigrateOperation]:
    for operations in script.upgrade_ops_list:
        yield from walk.single(operations)


def _optional(column: Column[Any]) -> bool:
    """Whether rows are inserted without it."""
    return bool(column.nullable) or has_server_value(column)
