"""Triggers that write a new column while code runs that does not know it, on PostgreSQL.

Such a trigger has a name, by which a later revision drops it. A sequence of the same name has the
time of the last write by old code, in seconds since 1970: a sequence is written outside of
transactions, so that no row is locked for it. The function runs with the rights of its owner,
because the application may not use the sequence.
"""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations, ops

from stratakit.operations.rendering import execute, quote, render_arguments

FILL = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF NEW.{new} IS NULL THEN
        PERFORM setval({sequence}, extract(epoch FROM clock_timestamp())::bigint);
        NEW.{new} := (SELECT {forward} FROM (SELECT NEW.*) AS {alias});
    END IF;
    RETURN NEW;
END $$
"""
SYNCHRONIZE = """
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NEW.{new} IS NOT NULL
            OR TG_OP = 'UPDATE' AND NEW.{new} IS DISTINCT FROM OLD.{new} THEN
        NEW.{old} := (SELECT {backward} FROM (SELECT NEW.*) AS {alias});
    ELSE
        IF TG_OP = 'INSERT' OR NEW.{old} IS DISTINCT FROM OLD.{old} THEN
            PERFORM setval({sequence}, extract(epoch FROM clock_timestamp())::bigint);
        END IF;
        NEW.{new} := (SELECT {forward} FROM (SELECT NEW.*) AS {alias});
    END IF;
    RETURN NEW;
END $$
"""


@Operations.register_operation("create_sync_trigger")
class CreateSyncTriggerOp(ops.MigrateOperation):
    """A trigger that sets a new column, and an old one if there is one, at each write of a row."""

    def __init__(
        self,
        name: str,
        table_name: str,
        *,
        new: str,
        forward: str,
        old: str | None = None,
        backward: str | None = None,
        schema: str | None = None,
    ) -> None:
        self.name, self.table_name, self.schema = name, table_name, schema
        self.new, self.forward, self.old, self.backward = new, forward, old, backward
        self.summary = f"adds trigger {name}, which sets {table_name}.{new}"

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("create_sync_trigger", self.table_name, self.name)

    def reverse(self) -> "DropSyncTriggerOp":
        return DropSyncTriggerOp(self.name, self.table_name, schema=self.schema)

    @classmethod
    def create_sync_trigger(
        cls,
        operations: Operations,
        name: str,
        table_name: str,
        *,
        new: str,
        forward: str,
        old: str | None = None,
        backward: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Create the trigger, its function and its sequence, all of one name.

        Args:
            operations: Alembic's.
            name: of the three.
            table_name: the table.
            new: the new column.
            forward: an SQL expression of the row's columns: the value of the new column.
            old: the old column; without one, the new column is set where a row has NULL there.
            backward: the value of the old column.
            schema: of the table; None is the default schema.
        """
        operations.invoke(
            cls(
                name,
                table_name,
                new=new,
                forward=forward,
                old=old,
                backward=backward,
                schema=schema,
            )
        )


@Operations.register_operation("drop_sync_trigger")
class DropSyncTriggerOp(ops.MigrateOperation):
    """The removal of such a trigger, when no old code serves."""

    def __init__(self, name: str, table_name: str, *, schema: str | None = None) -> None:
        self.name, self.table_name, self.schema = name, table_name, schema
        self.summary = f"drops trigger {name} of {table_name}"

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("drop_sync_trigger", self.table_name, self.name)

    @classmethod
    def drop_sync_trigger(
        cls, operations: Operations, name: str, table_name: str, *, schema: str | None = None
    ) -> None:
        """Drop the trigger, its function and its sequence."""
        operations.invoke(cls(name, table_name, schema=schema))


@Operations.implementation_for(CreateSyncTriggerOp)
def _create(operations: Operations, operation: CreateSyncTriggerOp) -> None:
    function = quote(operations, operation.name, operation.schema)
    table = quote(operations, operation.table_name, operation.schema)
    template = FILL if operation.old is None else SYNCHRONIZE
    execute(operations, f"CREATE SEQUENCE {function}")
    body = template.format(
        function=function,
        sequence="'" + function.replace("'", "''") + "'",
        alias=quote(operations, operation.table_name),
        new=quote(operations, operation.new),
        old=quote(operations, operation.old or operation.new),
        forward=operation.forward,
        backward=operation.backward,
    )
    execute(operations, body.strip())
    # The body of a function is not analyzed before a row is written.
    for expression in filter(None, (operation.forward, operation.backward)):
        execute(operations, f"EXPLAIN SELECT {expression} FROM {table}")
    execute(
        operations,
        f"CREATE TRIGGER {quote(operations, operation.name)} BEFORE INSERT OR UPDATE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()",
    )


@Operations.implementation_for(DropSyncTriggerOp)
def _drop(operations: Operations, operation: DropSyncTriggerOp) -> None:
    function = quote(operations, operation.name, operation.schema)
    table = quote(operations, operation.table_name, operation.schema)
    execute(operations, f"DROP TRIGGER {quote(operations, operation.name)} ON {table}")
    execute(operations, f"DROP FUNCTION {function}()")
    execute(operations, f"DROP SEQUENCE {function}")


@renderers.dispatch_for(CreateSyncTriggerOp)
def _render_create(_context: AutogenContext, operation: CreateSyncTriggerOp) -> str:
    arguments = render_arguments(
        operation.name,
        operation.table_name,
        new=operation.new,
        forward=operation.forward,
        old=operation.old,
        backward=operation.backward,
        schema=operation.schema,
    )
    return f"op.create_sync_trigger({arguments})"


@renderers.dispatch_for(DropSyncTriggerOp)
def _render_drop(_context: AutogenContext, operation: DropSyncTriggerOp) -> str:
    arguments = render_arguments(operation.name, operation.table_name, schema=operation.schema)
    return f"op.drop_sync_trigger({arguments})"
