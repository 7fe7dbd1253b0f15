"""The operations that a revision calls are noted with their lines, and Alembic stays as it is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from alembic import op
from alembic.operations import BatchOperations, Operations, ops
from alembic.operations.base import AbstractOperations
from alembic.operations.batch import BatchOperationsImpl
from alembic.runtime.migration import MigrationContext

from stratakit.lint.trace.operation_log import OperationLog

REVISION = """\
def upgrade():
    op.create_table("items", sa.Column("id", sa.Integer()))
    op.execute("SELECT 1")
    with op.batch_alter_table("items") as batch_op:
        batch_op.add_column(
            sa.Column("note", sa.Text())
        )
        batch_op.add_column(sa.Column("colour", sa.Text()))
"""


@pytest.fixture
def context() -> Iterator[MigrationContext]:
    with sqlalchemy.create_engine("sqlite://").connect() as connection:
        yield MigrationContext.configure(connection)


def run(path: Path) -> None:
    """Run a revision of that file through `alembic.op`."""
    namespace: dict[str, Any] = {"op": op, "sa": sqlalchemy}
    exec(compile(REVISION, path, "exec"), namespace)
    namespace["upgrade"]()


def test_each_operation_is_noted_with_its_line(context: MigrationContext, tmp_path: Path) -> None:
    path = tmp_path / "revision.py"
    log = OperationLog(path)
    with Operations.context(context) as operations:
        log.attach(operations)
        run(path)
    assert [(type(call.operation), call.line) for call in log.calls] == [
        (ops.CreateTableOp, 2),
        (ops.ExecuteSQLOp, 3),
        (ops.AddColumnOp, 5),
        (ops.AddColumnOp, 8),
    ]


def test_the_statements_of_a_batch_have_the_lines_of_their_operations(
    context: MigrationContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "revision.py"
    log = OperationLog(path)
    lines = []
    add_column = context.impl.add_column

    def note_line(*args: object, **options: object) -> None:
        lines.append(log.batch_line)
        add_column(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(context.impl, "add_column", note_line)
    with Operations.context(context) as operations:
        log.attach(operations)
        run(path)
    assert lines == [5, 8]
    assert log.batch_line == 0


def test_no_class_of_alembic_is_changed(context: MigrationContext, tmp_path: Path) -> None:
    classes = (AbstractOperations, Operations, BatchOperations, BatchOperationsImpl)
    before = [dict(vars(each)) for each in classes]
    log = OperationLog(tmp_path / "revision.py")
    with Operations.context(context) as operations:
        log.attach(operations)
        assert [dict(vars(each)) for each in classes] == before
        Operations(context).execute("SELECT 1")
    assert log.calls == []
