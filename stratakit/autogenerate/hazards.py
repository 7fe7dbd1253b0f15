"""What autogenerate may have got wrong about a change, told by the operations themselves."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from alembic.operations import ops
from sqlalchemy import JSON, Enum, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import NullType, TypeEngine, UserDefinedType

from stratakit.autogenerate.rename_candidates import column_twins, table_twins
from stratakit.config import Backend
from stratakit.operations import walk
from stratakit.operations.constraints import ProvenNotNullOp
from stratakit.operations.enums import DifferingEnumOp
from stratakit.operations.renames import RenameColumnOp, RenameTableOp, code, table_code
from stratakit.operations.snippets import execute, sql
from stratakit.orm.server_defaults import has_server_value
from stratakit.sql.types import is_wider


def rows_first(
    operation: ops.AddColumnOp | ops.AlterColumnOp, column: str, backend: Backend
) -> str:
    """Say that a column becomes NOT NULL, and how rows that hold NULL get a value."""
    table = walk.full_name(operation)
    name = sql(column, backend)
    update = f"UPDATE {sql(table, backend)} SET {name} = ... WHERE {name} IS NULL"
    return (
        f"column {table}.{column} becomes NOT NULL: this fails where a row holds NULL.\n"
        f"Give those rows a value first: {execute(update)}"
    )


def about(
    operation: ops.MigrateOperation, among: Sequence[ops.MigrateOperation], backend: Backend
) -> Iterator[str]:
    """Say what may be wrong with an operation, and what to write instead.

    Args:
        operation: what autogenerate made.
        among: the operations beside it, without containers: they tell a rename from a drop.
        backend: of the database.
    """
    match operation:
        case ops.DropColumnOp():
            yield from _dropped_column(operation, among, backend)
        case ops.DropTableOp():
            yield from _dropped_table(operation, among)
        case ops.AddColumnOp(column=column) if not column.nullable and not has_server_value(column):
            happens = (
                "all rows get a value that nobody chose, such as '' or 0"
                if backend == "mysql"
                else "this fails on a table with rows"
            )
            yield (
                f"column {operation.table_name}.{column.name} is NOT NULL without a server "
                f"default: {happens}.\n"
                "Give it server_default=..., or add it nullable, fill it and set it NOT NULL later."
            )
        case ops.AddColumnOp(column=column) if backend == "postgresql" and (
            column.identity or (column.computed and column.computed.persisted is not False)
        ):
            kind = "counts" if column.identity else "is computed and stored"
            yield (
                f"column {operation.table_name}.{column.name} {kind}: every row is written while "
                "nothing can use the table.\nAdd it plain, fill it in batches, and let the "
                "application or a trigger fill it from then on."
            )
        case ops.AlterColumnOp() if isinstance(operation.existing_type, NullType):
            yield (
                f"the type of {operation.table_name}.{operation.column_name} in the database is "
                "unknown here.\nWrite the change by hand: "
                'op.execute("ALTER TABLE ... ALTER COLUMN ... TYPE ...").'
            )
        case DifferingEnumOp():
            yield _differing(operation)
        case ops.AlterColumnOp() if (
            operation.modify_type is not None
            and not _adds_values(operation)
            and not is_wider(str(operation.existing_type), str(operation.modify_type))
        ):
            yield (
                f"the type of {operation.table_name}.{operation.column_name} changes: values that "
                "do not fit are lost or refused, and the table may be rewritten."
            )
    if (
        isinstance(operation, ops.AlterColumnOp)
        and not isinstance(operation, ProvenNotNullOp)
        and operation.modify_nullable is False
    ):
        yield rows_first(operation, operation.column_name, backend)
    for name, type_ in _types(operation):
        if backend == "postgresql" and isinstance(type_, JSON) and not isinstance(type_, JSONB):
            yield (
                f"column {name} is json, which has no equality: DISTINCT and GROUP BY fail.\n"
                "Declare it in the model as sqlalchemy.dialects.postgresql.JSONB."
            )
        if isinstance(type_, UserDefinedType) and not of_a_library(type_):
            yield (
                f"column {name} has the application's own type {type(type_).__name__}, whose "
                "import would break this revision when the application changes.\n"
                "Write one of SQLAlchemy's own types, such as sa.Text()."
            )


def _adds_values(operation: ops.AlterColumnOp) -> bool:
    """Whether it puts values behind those of an enum: no row changes."""
    before, after = operation.existing_type, operation.modify_type
    if not isinstance(before, Enum) or not isinstance(after, Enum):
        return False
    return list(after.enums)[: len(before.enums)] == list(before.enums)


def _differing(operation: DifferingEnumOp) -> str:
    name = operation.enum_name
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    anew = (
        "Or, in revisions of their own: add a column of another enum, fill it in batches, move the "
        "code over, drop the old column."
    )
    if not operation.removed:
        return (
            f"the values of enum {name} are in another order than the model's, and cannot be moved."
            f"\nGive the model theirs: {', '.join(map(repr, operation.values))}\n{anew}"
        )
    if not operation.renamed:
        return (
            f"the model has no {', '.join(map(repr, operation.removed))} of enum {name} any more, "
            "and a value cannot be taken out.\nGive it back to the model, where no code need use "
            f"it.\n{anew}"
        )
    lines = [f"enum {name} has values that the model has not, and the other way round."]
    for old, new in operation.renamed.items():
        lines += [
            f"If {old!r} was renamed: op.rename_enum_value({name!r}, {old!r}, {new!r}{schema})",
            f"and in downgrade(): op.rename_enum_value({name!r}, {new!r}, {old!r}{schema})",
            f"If not, give {old!r} back to the model, and in a revision of its own: "
            f"op.add_enum_value({name!r}, {new!r}{schema})",
        ]
    return "\n".join(lines)


def _dropped_column(
    operation: ops.DropColumnOp, among: Sequence[ops.MigrateOperation], backend: Backend
) -> Iterator[str]:
    gone = f"{operation.table_name}.{operation.column_name}"
    twins = column_twins(operation, among)
    if twins:
        new = twins[0].column.name
        rename = RenameColumnOp(
            operation.table_name, operation.column_name, new, schema=operation.schema
        )
        yield (
            f"column {gone} is dropped with its data, and {new} of the same type is added.\n"
            f"If it was renamed, replace both by: {code(rename, backend)}\n"
            f"and both in downgrade() by: {code(rename.reverse(), backend)}"
        )
    else:
        yield f"column {gone} is dropped with its data."


def _dropped_table(
    operation: ops.DropTableOp, among: Sequence[ops.MigrateOperation]
) -> Iterator[str]:
    twins = table_twins(operation, among)
    if twins:
        rename = RenameTableOp(operation.table_name, twins[0].table_name, operation.schema)
        yield (
            f"table {operation.table_name} is dropped with its data, and {rename.new} with the "
            f"same columns is added.\nIf it was renamed, replace both by: {table_code(rename)}\n"
            f"and both in downgrade() by: {table_code(rename.reverse())}"
        )
    else:
        yield f"table {operation.table_name} is dropped with its data."


def several_changes(
    operations: Sequence[ops.MigrateOperation], among: Sequence[ops.MigrateOperation]
) -> str | None:
    """Say which tables a revision touches that have nothing to do with each other.

    Args:
        operations: the revision's.
        among: all of the change: a foreign key may come in a later revision of it.
    """
    touched = {
        name
        for operation in operations
        for attribute in ("table_name", "source_table")
        if (name := getattr(operation, attribute, None))
    }
    related = {
        name
        for operation in among
        for referring, referred in _references(operation)
        if referred in touched and referring != referred
        for name in (referring, referred)
    }
    if len(touched) < 2 or touched <= related:
        return None
    return (
        f"this touches {', '.join(sorted(touched))}, which are not related: one logical change a "
        "revision can be undone alone.\n"
        "Make one revision for each, if they are changes of their own."
    )


def of_a_library(type_: TypeEngine[object]) -> bool:
    """Whether a type's class is installed, such as pgvector's: it does not change with the code."""
    module = sys.modules.get(type(type_).__module__)
    return "site-packages" in Path(getattr(module, "__file__", None) or "").parts


def _references(operation: ops.MigrateOperation) -> Iterator[tuple[str, str]]:
    if isinstance(operation, ops.CreateTableOp | ops.DropTableOp):
        for key in operation.to_table().foreign_keys:
            yield operation.table_name, walk.referred(key)
    elif isinstance(operation, ops.DropConstraintOp):
        constraint = operation.to_constraint()
        if isinstance(constraint, ForeignKeyConstraint):
            yield operation.table_name, walk.referred(constraint.elements[0])
    elif isinstance(operation, ops.CreateForeignKeyOp):
        yield operation.source_table, operation.referent_table


def _types(operation: ops.MigrateOperation) -> Iterator[tuple[str, TypeEngine[object]]]:
    if isinstance(operation, ops.CreateTableOp):
        for column in operation.to_table().columns:
            yield f"{operation.table_name}.{column.name}", column.type
    elif isinstance(operation, ops.AddColumnOp):
        yield f"{operation.table_name}.{operation.column.name}", operation.column.type
    elif isinstance(operation, ops.AlterColumnOp) and operation.modify_type is not None:
        yield f"{operation.table_name}.{operation.column_name}", operation.modify_type
