"""How a relation is called in what is asked of PostgreSQL."""


def named(oid: str) -> str:
    """SQL for a relation's name as an act has it: with its schema where it is not searched.

    Args:
        oid: SQL for the relation's number.
    """
    return (
        "(SELECT concat_ws('.', CASE WHEN NOT pg_table_is_visible(r.oid) THEN s.nspname END, "
        "r.relname) FROM pg_class r JOIN pg_namespace s ON s.oid = r.relnamespace "
        f"WHERE r.oid = {oid})"
    )
