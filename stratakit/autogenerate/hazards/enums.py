"""Values of a PostgreSQL enum that cannot be changed in place."""

from collections.abc import Iterator

from alembic.operations import ops

from stratakit.operations.enums import UnresolvedEnumChangeOp

NEW_ENUM = (
    "Or, in revisions of their own: add a column of another enum, fill it in batches, move the "
    "code over, drop the old column."
)


def unresolved_change(
    operation: ops.MigrateOperation, _siblings: object, _backend: object
) -> Iterator[str]:
    """The model removes, renames or reorders values."""
    if not isinstance(operation, UnresolvedEnumChangeOp):
        return
    name = operation.enum_name
    if not operation.removed:
        yield (
            f"the values of enum {name} are in another order than the model's, and cannot be moved."
            f"\nGive the model theirs: {', '.join(map(repr, operation.values))}\n{NEW_ENUM}"
        )
    elif not operation.rename_candidates:
        yield (
            f"the model has no {', '.join(map(repr, operation.removed))} of enum {name} any more, "
            "and a value cannot be taken out.\nGive it back to the model, where no code need use "
            f"it.\n{NEW_ENUM}"
        )
    else:
        yield _possible_renames(operation)


def _possible_renames(operation: UnresolvedEnumChangeOp) -> str:
    name = operation.enum_name
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    lines = [f"enum {name} has values that the model has not, and the other way round."]
    for old, new in operation.rename_candidates.items():
        lines += [
            f"If {old!r} was renamed: op.rename_enum_value({name!r}, {old!r}, {new!r}{schema})",
            f"and in downgrade(): op.rename_enum_value({name!r}, {new!r}, {old!r}{schema})",
            f"If not, give {old!r} back to the model, and in a revision of its own: "
            f"op.add_enum_value({name!r}, {new!r}{schema})",
        ]
    return "\n".join(lines)
