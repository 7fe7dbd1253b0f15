"""Values of PostgreSQL's enums, added and renamed without touching a row."""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations, ops

from strata.operations.names import arguments, literal, quoted


@Operations.register_operation("add_enum_value")
class AddEnumValueOp(ops.MigrateOperation):
    """Add a value; PostgreSQL lets no statement use it before the commit."""

    def __init__(
        self,
        enum_name: str,
        value: str,
        *,
        before: str | None = None,
        after: str | None = None,
        schema: str | None = None,
    ) -> None:
        self.enum_name, self.value = enum_name, value
        self.before, self.after, self.schema = before, after, schema

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("add_enum_value", self.enum_name, self.value)

    def reverse(self) -> ops.MigrateOperation:
        return ops.OpContainer()

    @classmethod
    def add_enum_value(
        cls,
        operations: Operations,
        enum_name: str,
        value: str,
        *,
        before: str | None = None,
        after: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Add a value, if it is not there, at its place among the others."""
        operations.invoke(cls(enum_name, value, before=before, after=after, schema=schema))


@Operations.register_operation("rename_enum_value")
class RenameEnumValueOp(ops.MigrateOperation):
    """Rename a value; the rows that have it show the new name."""

    def __init__(self, enum_name: str, old: str, new: str, *, schema: str | None = None) -> None:
        self.enum_name, self.old, self.new, self.schema = enum_name, old, new, schema

    def to_diff_tuple(self) -> tuple[str, str, str, str]:
        return ("rename_enum_value", self.enum_name, self.old, self.new)

    def reverse(self) -> ops.MigrateOperation:
        return RenameEnumValueOp(self.enum_name, self.new, self.old, schema=self.schema)

    @classmethod
    def rename_enum_value(
        cls,
        operations: Operations,
        enum_name: str,
        old: str,
        new: str,
        *,
        schema: str | None = None,
    ) -> None:
        """Rename a value."""
        operations.invoke(cls(enum_name, old, new, schema=schema))


@Operations.implementation_for(AddEnumValueOp)
def _add(operations: Operations, operation: AddEnumValueOp) -> None:
    name = quoted(operations, operation.enum_name, operation.schema)
    place = ""
    if operation.before is not None:
        place = f" BEFORE {literal(operation.before)}"
    elif operation.after is not None:
        place = f" AFTER {literal(operation.after)}"
    value = literal(operation.value)
    operations.execute(f"ALTER TYPE {name} ADD VALUE IF NOT EXISTS {value}{place}")


@Operations.implementation_for(RenameEnumValueOp)
def _rename(operations: Operations, operation: RenameEnumValueOp) -> None:
    name = quoted(operations, operation.enum_name, operation.schema)
    old, new = literal(operation.old), literal(operation.new)
    operations.execute(f"ALTER TYPE {name} RENAME VALUE {old} TO {new}")


@renderers.dispatch_for(AddEnumValueOp)
def _rendered_add(_context: AutogenContext, operation: AddEnumValueOp) -> str:
    named = arguments(
        operation.enum_name,
        operation.value,
        before=operation.before,
        after=operation.after,
        schema=operation.schema,
    )
    return f"op.add_enum_value({named})"


@renderers.dispatch_for(RenameEnumValueOp)
def _rendered_rename(_context: AutogenContext, operation: RenameEnumValueOp) -> str:
    named = arguments(operation.enum_name, operation.old, operation.new, schema=operation.schema)
    return f"op.rename_enum_value({named})"
