"""Parts that PostgreSQL's queries share."""

# The schemas of the service: not the server's own, nor those of temporary tables.
OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"


def named(name: str) -> str:
    """An expression for a name, with its schema `n` in front unless that is the session's own."""
    return f"CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname || '.' END || {name}"


def free(catalogue: str, oid: str) -> str:
    """A condition: no extension brought it."""
    return (
        f"NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '{catalogue}'::regclass"
        f" AND d.objid = {oid} AND d.deptype = 'e')"
    )
