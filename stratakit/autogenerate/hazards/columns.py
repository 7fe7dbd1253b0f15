"""Columns that are added or altered in a table with rows."""

from collections.abc import Iterator, Sequence

from alembic.operations import ops
from sqlalchemy import JSON, BigInteger, Enum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import NullType, TypeEngine, UserDefinedType

from stratakit.autogenerate.hazards import recipes
from stratakit.autogenerate.renames.candidates import rename_candidates_of_column
from stratakit.autogenerate.third_party_types import is_third_party_type
from stratakit.config import Backend
from stratakit.operations import walk
from stratakit.operations.snippets import execute, quote_name
from stratakit.orm.server_defaults import has_server_value
from stratakit.sql.types import is_wider


def required_column(
    operation: ops.MigrateOperation, siblings: Sequence[ops.MigrateOperation], backend: Backend
) -> Iterator[str]:
    """A new column is NOT NULL, and nothing gives the rows that exist a value."""
    if not isinstance(operation, ops.AddColumnOp):
        return
    column = operation.column
    if not column.nullable and not has_server_value(column):
        effect = (
            "all rows get a value that nobody chose, such as '' or 0"
            if backend == "mysql"
            else "this fails on a table with rows"
        )
        advice = recipes.advise(
            backend, "add-column", f"{walk.full_name(operation)}.{column.name}", "--value SQL"
        )
        yield (
            f"column {operation.table_name}.{column.name} is NOT NULL without a server default: "
            f"{effect}.\n"
            "Give it server_default=... in the model and here, or add it nullable, fill it, and "
            "set it NOT NULL later." + ("" if _may_be_renamed(operation, siblings) else advice)
        )


def _may_be_renamed(operation: ops.AddColumnOp, siblings: Sequence[ops.MigrateOperation]) -> bool:
    """Return whether a dropped column, whose hazard names the recipe, may be the same column."""
    return any(
        operation in rename_candidates_of_column(each, siblings)
        for each in siblings
        if isinstance(each, ops.DropColumnOp)
    )


def generated_column(
    operation: ops.MigrateOperation, _siblings: object, backend: Backend
) -> Iterator[str]:
    """A new column has a value of its own in each row, which rewrites the table."""
    if backend != "postgresql" or not isinstance(operation, ops.AddColumnOp):
        return
    column = operation.column
    if column.identity or (column.computed and column.computed.persisted is not False):
        kind = "an identity column" if column.identity else "a stored computed column"
        yield (
            f"column {operation.table_name}.{column.name} is {kind}: every row is rewritten while "
            "nothing can use the table.\nAdd a plain column, fill it in batches, and let the "
            "application or a trigger fill new rows."
        )


def unknown_type(
    operation: ops.MigrateOperation, _siblings: object, _backend: object
) -> Iterator[str]:
    """SQLAlchemy did not recognize the type of a column in the database."""
    if isinstance(operation, ops.AlterColumnOp) and isinstance(operation.existing_type, NullType):
        yield (
            "SQLAlchemy does not know the type that "
            f"{operation.table_name}.{operation.column_name} has in the database.\n"
            "Write the change manually: "
            'op.execute("ALTER TABLE ... ALTER COLUMN ... TYPE ...").'
        )


def type_change(
    operation: ops.MigrateOperation, _siblings: object, backend: Backend
) -> Iterator[str]:
    """A column gets a type that may not hold all of its values."""
    if (
        isinstance(operation, ops.AlterColumnOp)
        and operation.modify_type is not None
        and not isinstance(operation.existing_type, NullType)
        and not _appends_values(operation.existing_type, operation.modify_type)
        and not is_wider(str(operation.existing_type), str(operation.modify_type))
    ):
        yield (
            f"the type of {operation.table_name}.{operation.column_name} changes: values that "
            "do not fit are lost or refused, and the table may be rewritten."
            + recipes.advise(
                backend,
                "change-type",
                f"{walk.full_name(operation)}.{operation.column_name}",
                f"{operation.column_name}_new",
                before="give the column another name in the model, ",
            )
        )


def widened_key(operation: ops.MigrateOperation, backend: Backend) -> Iterator[str]:
    """A primary key gets 64 bits; what is called with this knows that it is one."""
    if (
        backend == "postgresql"
        and isinstance(operation, ops.AlterColumnOp)
        and isinstance(operation.modify_type, BigInteger)
        and not isinstance(operation.existing_type, BigInteger)
    ):
        table = walk.full_name(operation)
        yield (
            f"the key {table}.{operation.column_name} gets 64 bits: every row of {table} is "
            "rewritten while nothing can use the table."
            + recipes.advise(backend, "widen-key", table)
        )


def null_rows(
    operation: ops.MigrateOperation, _siblings: object, backend: Backend
) -> Iterator[str]:
    """A column becomes NOT NULL, and its table may have rows that are NULL.

    PostgreSQL's steps give these rows a value or attach this hazard to the step that validates.
    """
    if (
        backend != "postgresql"
        and isinstance(operation, ops.AlterColumnOp)
        and operation.modify_nullable is False
    ):
        yield describe_null_rows(walk.full_name(operation), operation.column_name, backend)


def describe_null_rows(table: str, column: str, backend: Backend) -> str:
    """Return the hazard of a column that becomes NOT NULL.

    Args:
        table: the table, after its schema if it has one.
        column: the name of the column.
        backend: the kind of database.
    """
    name = quote_name(column, backend)
    update = f"UPDATE {quote_name(table, backend)} SET {name} = ... WHERE {name} IS NULL"
    return (
        f"column {table}.{column} becomes NOT NULL: this fails if a row is NULL.\n"
        f"Give these rows a value first: {execute(update)}"
    )


def json_type(
    operation: ops.MigrateOperation, _siblings: object, backend: Backend
) -> Iterator[str]:
    """A column of PostgreSQL has the type json."""
    if backend != "postgresql":
        return
    for column, type_ in _types(operation):
        if isinstance(type_, JSON) and not isinstance(type_, JSONB):
            yield (
                f"column {column} has the type json, which has no equality operator: DISTINCT and "
                "GROUP BY fail.\n"
                "Declare it in the model as sqlalchemy.dialects.postgresql.JSONB."
            )


def application_type(
    operation: ops.MigrateOperation, _siblings: object, _backend: object
) -> Iterator[str]:
    """A column has a type that the application defines."""
    for column, type_ in _types(operation):
        if isinstance(type_, UserDefinedType) and not is_third_party_type(type_):
            yield (
                f"column {column} has the application's own type {type(type_).__name__}, whose "
                "import would break this revision when the application changes.\n"
                "Write one of SQLAlchemy's own types, such as sa.Text()."
            )


def _appends_values(old: TypeEngine[object] | None, new: TypeEngine[object]) -> bool:
    """Return whether an enum gets new values after all others: no row changes."""
    if not isinstance(old, Enum) or not isinstance(new, Enum):
        return False
    return list(new.enums)[: len(old.enums)] == list(old.enums)


def _types(operation: ops.MigrateOperation) -> Iterator[tuple[str, TypeEngine[object]]]:
    """Return the types that an operation gives to columns, each after its column."""
    if isinstance(operation, ops.CreateTableOp):
        for column in operation.to_table().columns:
            yield f"{operation.table_name}.{column.name}", column.type
    elif isinstance(operation, ops.AddColumnOp):
        yield f"{operation.table_name}.{operation.column.name}", operation.column.type
    elif isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None:
        yield f"{operation.table_name}.{operation.column_name}", operation.modify_type
