"""Operations that no revision contains: those whose difference is allowed or accepted."""

from collections.abc import Callable, Iterator

from alembic.operations import ops

from stratakit.autogenerate.describe import describe, describe_alteration
from stratakit.operations import walk

Excludes = Callable[[list[str], str], bool]
"""Returns whether an operation is excluded, by the names of its object and by its phrase."""

ATTRIBUTES = {
    "type": ("type",),
    "nullable": ("not null",),
    "server_default": ("default", "expression", "generated", "identity"),
    "comment": ("comment",),
}
"""The attributes that an alteration of a column alters: Alembic's word, and the catalogs'."""
UNCHANGED = {"server_default": False, "comment": False}
"""The arguments of an alteration that changes nothing; None for the others."""
CONSTRAINTS = ("foreign key", "unique constraint", "check constraint", "primary key", "index")


def exclude(
    operations: list[ops.MigrateOperation], excludes: Excludes
) -> list[ops.MigrateOperation]:
    """Remove operations from a list.

    Args:
        operations: nested as Alembic's comparison returns them; changed in place.
        excludes: called for each operation, and for each thing that an alteration does.

    Returns:
        What was removed.
    """
    removed: list[ops.MigrateOperation] = []
    for operation in [*operations]:
        if isinstance(operation, ops.OpContainer):
            removed += exclude(operation.ops, excludes)
            is_left = bool(operation.ops)
        elif isinstance(operation, ops.AlterColumnOp):
            removed += _exclude_alterations(operation, excludes)
            is_left = operation.has_changes()
        else:
            names = list(_names(operation))
            is_left = not all(excludes(names, phrase) for phrase in describe(operation))
            removed += [] if is_left else [operation]
        if not is_left:
            operations.remove(operation)
    return removed


def describe_attributes(operation: ops.MigrateOperation) -> Iterator[tuple[tuple[str, ...], str]]:
    """Return what an operation does.

    Returns:
        Pairs of the attributes that it alters, none if it is about a whole object, and a phrase.
    """
    if isinstance(operation, ops.AlterColumnOp):
        for what, phrase in describe_alteration(operation):
            yield ATTRIBUTES.get(what, ()), phrase
    else:
        yield from (((), phrase) for phrase in describe(operation))


def _exclude_alterations(
    operation: ops.AlterColumnOp, excludes: Excludes
) -> Iterator[ops.MigrateOperation]:
    """Remove from the alteration of a column what is excluded, and yield it."""
    column = f"column {walk.full_name(operation)}.{operation.column_name}"
    for what, phrase in [*describe_alteration(operation)]:
        names = [column, *(f"{column}: {each}" for each in ATTRIBUTES.get(what, ()))]
        if excludes(names, phrase):
            argument = f"modify_{what}"
            yield ops.AlterColumnOp(
                operation.table_name,
                operation.column_name,
                schema=operation.schema,
                existing_type=operation.existing_type,
                **{argument: getattr(operation, argument)},
            )
            setattr(operation, argument, UNCHANGED.get(what))


def _names(operation: ops.MigrateOperation) -> Iterator[str]:
    """Yield the names of the object of an operation, as the catalogs have them."""
    table, name = walk.subject(operation)
    match operation:
        case ops.CreateTableOp() | ops.DropTableOp():
            yield f"table {walk.full_name(operation)}"
            return
        case ops.CreateTableCommentOp() | ops.DropTableCommentOp():
            yield f"table {walk.full_name(operation)}: comment"
            return
        case ops.AddColumnOp() | ops.DropColumnOp():
            kinds: tuple[str, ...] = ("column",)
        case ops.CreateIndexOp() | ops.DropIndexOp():
            kinds = ("index",)
        case ops.AddConstraintOp() | ops.DropConstraintOp():
            kinds = CONSTRAINTS
        case _:
            kinds = ("enum",)
    schema = getattr(operation, "schema", None)
    if isinstance(operation, ops.CreateForeignKeyOp):
        schema = operation.kw.get("source_schema")
    full_name = ".".join(filter(None, (schema, table, name)))
    yield from (f"{kind} {full_name}" for kind in kinds)
