"""A view under the old name of a table, while code runs that does not know the new one.

On PostgreSQL such a view reads and writes the table. A sequence has the time of its last use, in
seconds since 1970: the condition of the view sets it, once in a statement and once for each row
that is inserted. `requires_unused` in a later revision reads it.
"""

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations, ops

from stratakit.operations.rendering import execute, quote, quote_literal, render_arguments
from stratakit.operations.snippets import default_name

FUNCTION = """
CREATE FUNCTION {use}() RETURNS boolean LANGUAGE plpgsql STABLE
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF current_setting('transaction_read_only') = 'off' THEN
        PERFORM setval({sequence}, extract(epoch FROM clock_timestamp())::bigint);
    END IF;
    RETURN true;
END $$
"""
VIEW = """
CREATE VIEW {view}{options} AS SELECT * FROM {table} WHERE {use}()
WITH CASCADED CHECK OPTION
"""
GRANT = """
DO $$
DECLARE
    granted record;
BEGIN
    FOR granted IN
        SELECT a.privilege_type AS privilege,
            CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee
        FROM pg_class c, aclexplode(c.relacl) a
        WHERE c.oid = {table}::regclass AND a.grantee <> c.relowner
            AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    LOOP
        EXECUTE format('GRANT %s ON {view} TO %s', granted.privilege, granted.grantee);
    END LOOP;
END $$
"""
INVOKER = (15,)
"""The first version of PostgreSQL in which a view has the rights of its user."""


def use_name(name: str, table: str) -> str:
    """Return the name of the sequence and the function of a view.

    Args:
        name: of the view.
        table: its table.
    """
    return default_name("use", table, name)


@Operations.register_operation("create_compatibility_view")
class CreateCompatibilityViewOp(ops.MigrateOperation):
    """A view under the old name of a table."""

    def __init__(self, name: str, table_name: str, *, schema: str | None = None) -> None:
        self.name, self.table_name, self.schema = name, table_name, schema
        self.summary = f"adds view {name} of {table_name}"

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("create_compatibility_view", self.table_name, self.name)

    def reverse(self) -> "DropCompatibilityViewOp":
        return DropCompatibilityViewOp(self.name, self.table_name, schema=self.schema)

    @classmethod
    def create_compatibility_view(
        cls, operations: Operations, name: str, table_name: str, *, schema: str | None = None
    ) -> None:
        """Create a view that reads and writes a table, on PostgreSQL, with its privileges.

        Args:
            operations: Alembic's.
            name: the old name of the table.
            table_name: its new name.
            schema: of both; None is the default schema.
        """
        operations.invoke(cls(name, table_name, schema=schema))


@Operations.register_operation("drop_compatibility_view")
class DropCompatibilityViewOp(ops.MigrateOperation):
    """The removal of such a view, when no old code serves."""

    def __init__(self, name: str, table_name: str, *, schema: str | None = None) -> None:
        self.name, self.table_name, self.schema = name, table_name, schema
        self.summary = f"drops view {name} of {table_name}"

    def to_diff_tuple(self) -> tuple[str, str, str]:
        return ("drop_compatibility_view", self.table_name, self.name)

    def reverse(self) -> CreateCompatibilityViewOp:
        return CreateCompatibilityViewOp(self.name, self.table_name, schema=self.schema)

    @classmethod
    def drop_compatibility_view(
        cls, operations: Operations, name: str, table_name: str, *, schema: str | None = None
    ) -> None:
        """Drop the view, its function and its sequence."""
        operations.invoke(cls(name, table_name, schema=schema))


@Operations.implementation_for(CreateCompatibilityViewOp)
def _create(operations: Operations, operation: CreateCompatibilityViewOp) -> None:
    view = quote(operations, operation.name, operation.schema)
    table = quote(operations, operation.table_name, operation.schema)
    use = quote(operations, use_name(operation.name, operation.table_name), operation.schema)
    version = getattr(operations.get_context().dialect, "server_version_info", None) or INVOKER
    options = " WITH (security_invoker = true)" if version >= INVOKER else ""
    execute(operations, f"CREATE SEQUENCE {use}")
    execute(operations, FUNCTION.format(use=use, sequence=quote_literal(use)).strip())
    execute(operations, VIEW.format(view=view, options=options, table=table, use=use).strip())
    grant = GRANT.format(table=quote_literal(table), view=view.replace("'", "''"))
    execute(operations, grant.strip())


@Operations.implementation_for(DropCompatibilityViewOp)
def _drop(operations: Operations, operation: DropCompatibilityViewOp) -> None:
    use = quote(operations, use_name(operation.name, operation.table_name), operation.schema)
    execute(operations, f"DROP VIEW {quote(operations, operation.name, operation.schema)}")
    execute(operations, f"DROP FUNCTION {use}()")
    execute(operations, f"DROP SEQUENCE {use}")


@renderers.dispatch_for(CreateCompatibilityViewOp)
def _render_create(_context: AutogenContext, operation: CreateCompatibilityViewOp) -> str:
    arguments = render_arguments(operation.name, operation.table_name, schema=operation.schema)
    return f"op.create_compatibility_view({arguments})"


@renderers.dispatch_for(DropCompatibilityViewOp)
def _render_drop(_context: AutogenContext, operation: DropCompatibilityViewOp) -> str:
    arguments = render_arguments(operation.name, operation.table_name, schema=operation.schema)
    return f"op.drop_compatibility_view({arguments})"
