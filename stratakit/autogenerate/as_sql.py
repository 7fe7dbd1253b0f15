"""Schema operations as SQL, for a person to read and run."""

from collections.abc import Iterator
from io import StringIO

from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext

from stratakit.operations import walk
from stratakit.operations.enums import DifferingEnumOp


def statements(operations: ops.OpContainer, dialect: str) -> list[str]:
    """Write what operations would run.

    Args:
        operations: what Alembic's comparison found.
        dialect: SQLAlchemy's name of the kind of database.

    Returns:
        One statement each; for what the database has no single statement (SQLite changes most of a
        table by recreating it), a comment.
    """
    return [text for operation in walk.single(operations) for text in _written(operation, dialect)]


def _written(operation: ops.MigrateOperation, dialect: str) -> Iterator[str]:
    written = StringIO()
    context = MigrationContext.configure(
        dialect_name=dialect, opts={"as_sql": True, "output_buffer": written}
    )
    try:
        Operations(context).invoke(operation)
    except NotImplementedError:
        done_by = "by hand" if isinstance(operation, DifferingEnumOp) else "recreate the table"
        yield f"-- {operation.to_diff_tuple()[0]}: {done_by}"
    for statement in written.getvalue().split(";\n\n"):
        if text := " ".join(statement.split()):
            yield f"{text};"
