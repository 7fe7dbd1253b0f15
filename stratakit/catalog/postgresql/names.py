"""Expressions that the queries of PostgreSQL share."""

# Without the schemas of the server and of temporary tables.
OWN_SCHEMAS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def qualified_name(name: str) -> str:
    """Return an expression for a name, with its schema `n` unless that is the session's own."""
    return f"CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname || '.' END || {name}"


def not_of_extension(catalog: str, oid: str) -> str:
    """Return the condition that an object belongs to no extension."""
    return (
        f"NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalog}'::regclass"
        f" AND d.objid = {oid} AND d.deptype = 'e')"
    )
