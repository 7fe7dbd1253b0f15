"""Operations as SQL, for a person to read and run."""

from collections.abc import Iterable, Iterator
from io import StringIO

from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import ArgumentError, CompileError

from stratakit.autogenerate.describe import describe_all
from stratakit.operations.enums import UnresolvedEnumChangeOp
from stratakit.operations.walk import flatten


def statements(operations: Iterable[ops.MigrateOperation], dialect: str) -> list[str]:
    """Return the statements that operations would run.

    Args:
        operations: nested as Alembic's comparison returns them, such as `upgrade_ops.ops`.
        dialect: SQLAlchemy's name of the dialect.

    Returns:
        The statements. An operation without a statement of its own is a comment: SQLite recreates
        the table for most changes.
    """
    return [text for operation in flatten(operations) for text in _compile(operation, dialect)]


def _compile(operation: ops.MigrateOperation, dialect: str) -> Iterator[str]:
    buffer = StringIO()
    context = MigrationContext.configure(
        dialect_name=dialect, opts={"as_sql": True, "output_buffer": buffer}
    )
    try:
        Operations(context).invoke(operation)
    except NotImplementedError:
        is_enum = isinstance(operation, UnresolvedEnumChangeOp)
        remedy = "manually" if is_enum else "recreate the table"
        yield f"-- {operation.to_diff_tuple()[0]}: {remedy}"
    except (CompileError, ArgumentError, AttributeError, TypeError) as error:
        # An operation that has no SQL on this database does not hide the others.
        yield f"-- {describe_all([operation])[0]}: manually ({type(error).__name__})"
    for statement in buffer.getvalue().split(";\n\n"):
        if text := " ".join(statement.split()):
            yield f"{text};"
