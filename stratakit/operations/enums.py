"""PostgreSQL's enums, whose values are added and renamed without changing a row."""

from collections.abc import Sequence

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations, ops

from stratakit.operations.rendering import execute, quote, quote_literal, render_arguments


@Operations.register_operation("add_enum_value")
class AddEnumValueOp(ops.MigrateOperation):
    """A new value of an enum, which PostgreSQL lets no statement use before the commit."""

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
        self.summary = f"adds value {value!r} to enum {enum_name}"

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("add_enum_value", self.enum_name, self.value)

    def reverse(self) -> ops.MigrateOperation:
        # PostgreSQL drops no value of an enum.
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
        """Add a value before or after another one, unless the enum has it."""
        operations.invoke(cls(enum_name, value, before=before, after=after, schema=schema))


@Operations.register_operation("rename_enum_value")
class RenameEnumValueOp(ops.MigrateOperation):
    """A new name for a value of an enum, which all rows with it then show."""

    def __init__(self, enum_name: str, old: str, new: str, *, schema: str | None = None) -> None:
        self.enum_name, self.old, self.new, self.schema = enum_name, old, new, schema
        self.summary = f"renames value {old!r} of enum {enum_name} to {new!r}"

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
    """A new enum."""

    def __init__(self, enum_name: str, values: Sequence[str], *, schema: str | None = None) -> None:
        self.enum_name, self.values, self.schema = enum_name, tuple(values), schema
        self.summary = f"adds enum {enum_name}"

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
        """Create an enum of some values, in their order."""
        operations.invoke(cls(enum_name, values, schema=schema))


@Operations.register_operation("drop_enum")
class DropEnumOp(ops.MigrateOperation):
    """The removal of an enum that no column uses."""

    def __init__(
        self, enum_name: str, values: Sequence[str] = (), *, schema: str | None = None
    ) -> None:
        self.enum_name, self.values, self.schema = enum_name, tuple(values), schema
        self.summary = f"drops enum {enum_name}"

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


class UnresolvedEnumChangeOp(ops.MigrateOperation):
    """A difference between an enum and the model's that PostgreSQL cannot change in place.

    Its code is `pass`, below a review comment.

    Args:
        enum_name: the enum.
        values: its values in the database.
        declared: its values in the model.
        schema: the schema of the enum; None is the default schema.
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
        self.summary = f"changes the values of enum {enum_name} to {', '.join(self.declared)}"

    @property
    def removed(self) -> list[str]:
        """The values that the model does not have."""
        return [value for value in self.values if value not in self.declared]

    @property
    def rename_candidates(self) -> dict[str, str]:
        """The removed values, each with the new one that may be its new name."""
        added = [value for value in self.declared if value not in self.values]
        return dict(zip(self.removed, added, strict=False))

    @property
    def is_reordered(self) -> bool:
        """True if the values that both have are in another order."""
        common = [value for value in self.values if value in self.declared]
        return common != [value for value in self.declared if value in self.values]

    def to_diff_tuple(self) -> tuple[str, str, tuple[str, ...]]:
        return ("unresolved_enum_change", self.enum_name, self.declared)

    def reverse(self) -> ops.MigrateOperation:
        return ops.OpContainer()


@Operations.implementation_for(AddEnumValueOp)
def _add_value(operations: Operations, operation: AddEnumValueOp) -> None:
    name = quote(operations, operation.enum_name, operation.schema)
    position = ""
    if operation.before is not None:
        position = f" BEFORE {quote_literal(operation.before)}"
    elif operation.after is not None:
        position = f" AFTER {quote_literal(operation.after)}"
    value = quote_literal(operation.value)
    execute(operations, f"ALTER TYPE {name} ADD VALUE IF NOT EXISTS {value}{position}")


@Operations.implementation_for(RenameEnumValueOp)
def _rename_value(operations: Operations, operation: RenameEnumValueOp) -> None:
    name = quote(operations, operation.enum_name, operation.schema)
    old, new = quote_literal(operation.old), quote_literal(operation.new)
    execute(operations, f"ALTER TYPE {name} RENAME VALUE {old} TO {new}")


@Operations.implementation_for(CreateEnumOp)
def _create(operations: Operations, operation: CreateEnumOp) -> None:
    name = quote(operations, operation.enum_name, operation.schema)
    values = ", ".join(quote_literal(value) for value in operation.values)
    execute(operations, f"CREATE TYPE {name} AS ENUM ({values})")


@Operations.implementation_for(DropEnumOp)
def _drop(operations: Operations, operation: DropEnumOp) -> None:
    execute(operations, f"DROP TYPE {quote(operations, operation.enum_name, operation.schema)}")


@Operations.implementation_for(UnresolvedEnumChangeOp)
def _refuse(_operations: Operations, operation: UnresolvedEnumChangeOp) -> None:
    raise NotImplementedError(operation.summary)


@renderers.dispatch_for(AddEnumValueOp)
def _render_add_value(_context: AutogenContext, operation: AddEnumValueOp) -> str:
    arguments = render_arguments(
        operation.enum_name,
        operation.value,
        before=operation.before,
        after=operation.after,
        schema=operation.schema,
    )
    return f"op.add_enum_value({arguments})"


@renderers.dispatch_for(RenameEnumValueOp)
def _render_rename_value(_context: AutogenContext, operation: RenameEnumValueOp) -> str:
    arguments = render_arguments(
        operation.enum_name, operation.old, operation.new, schema=operation.schema
    )
    return f"op.rename_enum_value({arguments})"


@renderers.dispatch_for(CreateEnumOp)
def _render_create(_context: AutogenContext, operation: CreateEnumOp) -> str:
    arguments = render_arguments(
        operation.enum_name, list(operation.values), schema=operation.schema
    )
    return f"op.create_enum({arguments})"


@renderers.dispatch_for(DropEnumOp)
def _render_drop(_context: AutogenContext, operation: DropEnumOp) -> str:
    return f"op.drop_enum({render_arguments(operation.enum_name, schema=operation.schema)})"


@renderers.dispatch_for(UnresolvedEnumChangeOp)
def _render_unresolved(_context: AutogenContext, _operation: UnresolvedEnumChangeOp) -> list[str]:
    return ["pass"]
