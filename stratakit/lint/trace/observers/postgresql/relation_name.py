"""SQL for the names of relations on PostgreSQL."""


def relation_name(oid: str) -> str:
    """Return SQL for a relation's name as an action has it: with a schema outside the search path.

    Args:
        oid: SQL for the relation's number.
    """
    return (
        "(SELECT concat_ws('.', CASE WHEN NOT pg_table_is_visible(r.oid) THEN s.nspname END, "
        "r.relname) FROM pg_class r JOIN pg_namespace s ON s.oid = r.relnamespace "
        f"WHERE r.oid = {oid})"
    )
