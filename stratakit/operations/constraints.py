"""Constraints of PostgreSQL that come in two steps, so that neither stops who uses the table.

The first is an entry in the catalogue, the second reads the table under a lock that lets others
read and write: https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
"""

from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations, ops
from sqlalchemy import text

from stratakit.operations.rendering import arguments, quoted

MADE = text("SELECT FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(:table)")


class _OnConstraint(ops.MigrateOperation):
    """What is done to a constraint of a table."""

    verb: str

    def __init__(self, constraint_name: str, table_name: str, **options: Any) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.options = options

    def to_diff_tuple(self) -> tuple[str, ...]:
        return (self.verb, self.table_name, self.constraint_name)

    def reverse(self) -> ops.MigrateOperation:
        return ops.DropConstraintOp(
            self.constraint_name, self.table_name, schema=self.options.get("schema")
        )


@Operations.register_operation("validate_constraint")
class ValidateConstraintOp(_OnConstraint):
    """See whether the rows that were there before a constraint keep it."""

    verb = "validate_constraint"

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
class UniqueUsingIndexOp(_OnConstraint):
    """Make a unique index a constraint; the index takes the constraint's name."""

    verb = "create_unique_constraint_using_index"

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
        """Do so; it is left as it is where the constraint is there already.

        Args:
            index_name: of the index; by default the constraint's.
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
class NotNullConstraintOp(_OnConstraint):
    """Forbid NULL in new rows: from PostgreSQL 18 on NOT NULL may be NOT VALID."""

    verb = "create_not_null_constraint"

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
        """Add NOT NULL as a constraint that has a name."""
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
    name = quoted(operations, operation.constraint_name)
    operations.execute(f"{_alter(operations, operation)} VALIDATE CONSTRAINT {name}")


@Operations.implementation_for(UniqueUsingIndexOp)
def _use(operations: Operations, operation: UniqueUsingIndexOp) -> None:
    context = operations.get_context()
    table = quoted(operations, operation.table_name, operation.options["schema"])
    wanted = {"name": operation.constraint_name, "table": table}
    # Broken off behind this statement in a block that commits each, the revision runs again.
    if not context.as_sql and operations.get_bind().execute(MADE, wanted).first() is not None:
        return
    name = quoted(operations, operation.constraint_name)
    index = quoted(operations, operation.options["index_name"] or operation.constraint_name)
    deferred = " DEFERRABLE" if operation.options["deferrable"] else ""
    if initially := operation.options["initially"]:
        deferred += f" INITIALLY {initially}"
    operations.execute(
        f"{_alter(operations, operation)} ADD CONSTRAINT {name} UNIQUE USING INDEX {index}"
        f"{deferred}"
    )


@Operations.implementation_for(NotNullConstraintOp)
def _forbid_null(operations: Operations, operation: NotNullConstraintOp) -> None:
    name = quoted(operations, operation.constraint_name)
    column = quoted(operations, operation.options["column_name"])
    not_valid = " NOT VALID" if operation.options["not_valid"] else ""
    operations.execute(
        f"{_alter(operations, operation)} ADD CONSTRAINT {name} NOT NULL {column}{not_valid}"
    )


@renderers.dispatch_for(_OnConstraint)
def _rendered(_context: AutogenContext, operation: _OnConstraint) -> str:
    options = dict(operation.options)
    column = [options.pop("column_name")] if "column_name" in options else []
    named = arguments(operation.constraint_name, operation.table_name, *column, **options)
    return f"op.{operation.verb}({named})"


def _alter(operations: Operations, operation: _OnConstraint) -> str:
    schema = operation.options["schema"]
    return f"ALTER TABLE {quoted(operations, operation.table_name, schema)}"


class ProvenNotNullOp(ops.AlterColumnOp):
    """NOT NULL behind a validated CHECK, which PostgreSQL takes as the proof.

    https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-DESC-SET-DROP-NOT-NULL
    """
