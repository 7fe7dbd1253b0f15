"""Dropping the contents of a PostgreSQL database before a restore.

Extensions and their schemas stay: the user who restores may not have the rights to create them.
"""

from typing import TYPE_CHECKING, Any, LiteralString

if TYPE_CHECKING:
    import psycopg

LOCK_SECONDS = 15

USER_SCHEMAS: LiteralString = "nspname !~ '^pg_' AND nspname <> 'information_schema'"
DROPS: LiteralString = f"""
    SELECT format('DROP %s IF EXISTS %s CASCADE;',
                  replace(replace(it.type, ' object', ''), '-', ' '), it.identity)
    FROM (
        SELECT classid, objid FROM pg_depend JOIN pg_namespace AS schema ON refobjid = schema.oid
        WHERE refclassid = 'pg_namespace'::regclass AND deptype = 'n' AND {USER_SCHEMAS}
        UNION ALL
        SELECT tableoid, oid FROM pg_namespace AS schema
        WHERE {USER_SCHEMAS} AND nspname <> 'public'
        AND NOT EXISTS (SELECT FROM pg_extension WHERE extnamespace = schema.oid)
        UNION ALL SELECT tableoid, oid FROM pg_publication
        UNION ALL SELECT tableoid, oid FROM pg_event_trigger
        UNION ALL SELECT tableoid, oid FROM pg_foreign_data_wrapper
    ) AS found CROSS JOIN LATERAL pg_identify_object(classid, objid, 0) AS it
    WHERE NOT EXISTS (
        SELECT FROM pg_depend AS part
        WHERE part.classid = found.classid AND part.objid = found.objid AND part.objsubid = 0
        AND part.deptype IN ('e', 'i')
    )
"""


def drop_contents(connection: "psycopg.Connection[Any]") -> None:
    """Drop all objects, within the transaction that restores them.

    The settings of the session are those that pg_restore's script sets, and one that it cannot set
    on a server older than 17.

    Raises:
        psycopg.errors.LockNotAvailable: an object is in use for longer than `LOCK_SECONDS`.
        psycopg.Error: an object belongs to another user.
    """
    connection.execute(
        "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN "
        "('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')"
    )
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
    connection.execute("SELECT lo_unlink(oid) FROM pg_largeobject_metadata")
    for (drop,) in connection.execute(DROPS).fetchall():
        connection.execute(drop)


def schemas(connection: "psycopg.Connection[Any]") -> set[str]:
    """Return the existing schemas, without the server's own."""
    return {
        name
        for (name,) in connection.execute(f"SELECT nspname FROM pg_namespace WHERE {USER_SCHEMAS}")
    }
