"""Values of a PostgreSQL enum that cannot be changed in place."""

from collections.abc import Iterator

from alembic.operations import ops

from stratakit.operations.enums import UnresolvedEnumChangeOp

NEW_ENUM = (
    "Or add a column of another enum, fill it in batches, let the code use it, and drop the old "
    "column, in separate revisions."
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
            f"the values of enum {name} have another order in the model, and PostgreSQL cannot "
            "reorder them.\n"
            f"Use their order in the model: {', '.join(map(repr, operation.values))}\n{NEW_ENUM}"
        )
    elif not operation.rename_candidates:
        yield (
            f"enum {name} has {', '.join(map(repr, operation.removed))}, which the model lacks, "
            "and PostgreSQL cannot drop a value.\n"
            f"Add it to the model again; no code has to use it.\n{NEW_ENUM}"
        )
    else:
        yield _possible_renames(operation)


def _possible_renames(operation: UnresolvedEnumChangeOp) -> str:
    name = operation.enum_name
    schema = f", schema={operation.schema!r}" if operation.schema else ""
    lines = [f"enum {name} has values that the model lacks, and lacks values that the model has."]
    for old, new in operation.rename_candidates.items():
        lines += [
            f"If {old!r} was renamed: op.rename_enum_value({name!r}, {old!r}, {new!r}{schema})",
            f"and in downgrade(): op.rename_enum_value({name!r}, {new!r}, {old!r}{schema})",
            f"If not, add {old!r} to the model again, and write in a separate revision: "
            f"op.add_enum_value({name!r}, {new!r}{schema})",
        ]
    return "\n".join(lines)
