"""PostgreSQL's enums: their values are added and renamed without touching a row."""

from collections.abc import Sequence

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations, ops

from stratakit.operations.rendering import arguments, literal, quoted


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
        self.said = f"adds value {value!r} to enum {enum_name}"

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
        self.said = f"renames value {old!r} of enum {enum_name} to {new!r}"

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


@Operations.register_operation("create_enum")
class CreateEnumOp(ops.MigrateOperation):
    """Make an enum."""

    def __init__(self, enum_name: str, values: Sequence[str], *, schema: str | None = None) -> None:
        self.enum_name, self.values, self.schema = enum_name, tuple(values), schema
        self.said = f"adds enum {enum_name}"

    def to_diff_tuple(self) -> tuple[str, str, tuple[str, ...]]:
        return ("create_enum", self.enum_name, self.values)

    def reverse(self) -> ops.MigrateOperation:
        return DropEnumOp(self.enum_name, self.values, schema=self.schema)

    @classmethod
    def create_enum(
        cls,
        operations: Operations,
        enum_name: str,
        values: Sequence[str],
        *,
        schema: str | None = None,
    ) -> None:
        """Make an enum of these values, in their order."""
        operations.invoke(cls(enum_name, values, schema=schema))


@Operations.register_operation("drop_enum")
class DropEnumOp(ops.MigrateOperation):
    """Drop an enum that no column has any more."""

    def __init__(
        self, enum_name: str, values: Sequence[str] = (), *, schema: str | None = None
    ) -> None:
        self.enum_name, self.values, self.schema = enum_name, tuple(values), schema
        self.said = f"drops enum {enum_name}"

    def to_diff_tuple(self) -> tuple[str, str]:
        return ("drop_enum", self.enum_name)

    def reverse(self) -> ops.MigrateOperation:
        return CreateEnumOp(self.enum_name, self.values, schema=self.schema)

    @classmethod
    def drop_enum(
        cls, operations: Operations, enum_name: str, *, schema: str | None = None
    ) -> None:
        """Drop an enum."""
        operations.invoke(cls(enum_name, schema=schema))


class DifferingEnumOp(ops.MigrateOperation):
    """Values of an enum that cannot be brought to the model's in place; written as a finding.

    Args:
        values: the enum's.
        declared: the model's.
        schema: of the enum.
    """

    def __init__(
        self,
        enum_name: str,
        values: Sequence[str],
        declared: Sequence[str],
        *,
        schema: str | None = None,
    ) -> None:
        self.enum_name, self.schema = enum_name, schema
        self.values, self.declared = tuple(values), tuple(declared)
        self.said = f"brings enum {enum_name} to the values {', '.join(self.declared)}"

    @property
    def removed(self) -> list[str]:
        """The values that the model does not have."""
        return [value for value in self.values if value not in self.declared]

    @property
    def renamed(self) -> dict[str, str]:
        """What may have been renamed: the values that are gone, and new ones in their order."""
        added = [value for value in self.declared if value not in self.values]
        return dict(zip(self.removed, added, strict=False))

    @property
    def reordered(self) -> bool:
        """Whether those that both have are in another order."""
        kept = [value for value in self.values if value in self.declared]
        return kept != [value for value in self.declared if value in self.values]

    def to_diff_tuple(self) -> tuple[str, str, tuple[str, ...]]:
        return ("differing_enum", self.enum_name, self.declared)

    def reverse(self) -> ops.MigrateOperation:
        return ops.OpContainer()


@Operations.implementation_for(DifferingEnumOp)
def _differ(_operations: Operations, operation: DifferingEnumOp) -> None:
    raise NotImplementedError(operation.said)


@Operations.implementation_for(CreateEnumOp)
def _create(operations: Operations, operation: CreateEnumOp) -> None:
    name = quoted(operations, operation.enum_name, operation.schema)
    values = ", ".join(literal(value) for value in operation.values)
    operations.execute(f"CREATE TYPE {name} AS ENUM ({values})")


@Operations.implementation_for(DropEnumOp)
def _drop(operations: Operations, operation: DropEnumOp) -> None:
    operations.execute(f"DROP TYPE {quoted(operations, operation.enum_name, operation.schema)}")


@renderers.dispatch_for(CreateEnumOp)
def _rendered_create(_context: AutogenContext, operation: CreateEnumOp) -> str:
    named = arguments(operation.enum_name, list(operation.values), schema=operation.schema)
    return f"op.create_enum({named})"


@renderers.dispatch_for(DropEnumOp)
def _rendered_drop(_context: AutogenContext, operation: DropEnumOp) -> str:
    return f"op.drop_enum({arguments(operation.enum_name, schema=operation.schema)})"


@renderers.dispatch_for(DifferingEnumOp)
def _rendered_differing(_context: AutogenContext, _operation: DifferingEnumOp) -> list[str]:
    return ["pass"]


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
