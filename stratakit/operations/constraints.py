"""Constraints that PostgreSQL adds in two steps, neither of which blocks the table's users.

The first step adds an entry to the catalog. The second reads the table under a lock that lets
others read and write:
https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
"""

from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations, ops
from sqlalchemy import text

from stratakit.operations.rendering import execute, quote, render_arguments

EXISTS = text("SELECT FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(:table)")


class _ConstraintOp(ops.MigrateOperation):
    """An operation on a constraint of a table."""

    verb: str
    description: str

    def __init__(self, constraint_name: str, table_name: str, **options: Any) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.options = options

    @property
    def summary(self) -> str:
        """The operation in words."""
        return f"{self.description} {self.constraint_name} on {self.table_name}"

    def to_diff_tuple(self) -> tuple[str, ...]:
        return (self.verb, self.table_name, self.constraint_name)

    def reverse(self) -> ops.MigrateOperation:
        return ops.DropConstraintOp(
            self.constraint_name, self.table_name, schema=self.options.get("schema")
        )


@Operations.register_operation("validate_constraint")
class ValidateConstraintOp(_ConstraintOp):
    """The check of a NOT VALID constraint against the rows that existed before it."""

    verb = "validate_constraint"
    description = "validates constraint"

    @classmethod
    def validate_constraint(
        cls,
        operations: Operations,
        constraint_name: str,
        table_name: str,
        *,
        schema: str | None = None,
    ) -> None:
        """Validate a constraint that was added NOT VALID."""
        operations.invoke(cls(constraint_name, table_name, schema=schema))


@Operations.register_operation("create_unique_constraint_using_index")
class UniqueUsingIndexOp(_ConstraintOp):
    """A unique constraint from a unique index, which takes the constraint's name."""

    verb = "create_unique_constraint_using_index"
    description = "adds unique constraint"

    @classmethod
    def create_unique_constraint_using_index(
        cls,
        operations: Operations,
        constraint_name: str,
        table_name: str,
        *,
        index_name: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Add a unique constraint from an index, unless the constraint exists.

        Args:
            operations: Alembic's operations, which `op` passes.
            constraint_name: the name of the constraint.
            table_name: the table.
            index_name: the index; by default it has the constraint's name.
            deferrable: whether the check may be deferred.
            initially: `DEFERRED` or `IMMEDIATE`.
            schema: the schema of the table.
        """
        operations.invoke(
            cls(
                constraint_name,
                table_name,
                index_name=index_name,
                deferrable=deferrable,
                initially=initially,
                schema=schema,
            )
        )


@Operations.register_operation("create_not_null_constraint")
class NotNullConstraintOp(_ConstraintOp):
    """A NOT NULL constraint with a name, which may be NOT VALID from PostgreSQL 18 on."""

    verb = "create_not_null_constraint"
    description = "adds NOT NULL constraint"

    @classmethod
    def create_not_null_constraint(
        cls,
        operations: Operations,
        constraint_name: str,
        table_name: str,
        column_name: str,
        *,
        not_valid: bool = False,
        schema: str | None = None,
    ) -> None:
        """Add NOT NULL as a constraint with a name."""
        operations.invoke(
            cls(
                constraint_name,
                table_name,
                column_name=column_name,
                not_valid=not_valid,
                schema=schema,
            )
        )


@Operations.implementation_for(ValidateConstraintOp)
def _validate(operations: Operations, operation: ValidateConstraintOp) -> None:
    name = quote(operations, operation.constraint_name)
    execute(operations, f"{_alter_table(operations, operation)} VALIDATE CONSTRAINT {name}")


@Operations.implementation_for(UniqueUsingIndexOp)
def _create_unique(operations: Operations, operation: UniqueUsingIndexOp) -> None:
    context = operations.get_context()
    table = quote(operations, operation.table_name, operation.options["schema"])
    constraint = {"name": operation.constraint_name, "table": table}
    # A revision that was interrupted after this statement, which is committed, runs again.
    if not context.as_sql and operations.get_bind().execute(EXISTS, constraint).first() is not None:
        return
    name = quote(operations, operation.constraint_name)
    index = quote(operations, operation.options["index_name"] or operation.constraint_name)
    deferred = " DEFERRABLE" if operation.options["deferrable"] else ""
    if initially := operation.options["initially"]:
        deferred += f" INITIALLY {initially}"
    execute(
        operations,
        f"{_alter_table(operations, operation)} ADD CONSTRAINT {name} UNIQUE USING INDEX {index}"
        f"{deferred}",
    )


@Operations.implementation_for(NotNullConstraintOp)
def _create_not_null(operations: Operations, operation: NotNullConstraintOp) -> None:
    name = quote(operations, operation.constraint_name)
    column = quote(operations, operation.options["column_name"])
    not_valid = " NOT VALID" if operation.options["not_valid"] else ""
    execute(
        operations,
        f"{_alter_table(operations, operation)} ADD CONSTRAINT {name} NOT NULL {column}{not_valid}",
    )


@renderers.dispatch_for(_ConstraintOp)
def _render(_context: AutogenContext, operation: _ConstraintOp) -> str:
    options = dict(operation.options)
    column = [options.pop("column_name")] if "column_name" in options else []
    arguments = render_arguments(
        operation.constraint_name, operation.table_name, *column, **options
    )
    return f"op.{operation.verb}({arguments})"


def _alter_table(operations: Operations, operation: _ConstraintOp) -> str:
    schema = operation.options["schema"]
    return f"ALTER TABLE {quote(operations, operation.table_name, schema)}"


class ProvenNotNullOp(ops.AlterColumnOp):
    """SET NOT NULL after a validated CHECK, which PostgreSQL accepts instead of a scan.

    https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL
    """
