"""All that a PostgreSQL database holds, to make room for a backup.

Extensions stay, with the schemas that they are in: to make one may take rights that the user who
restores does not have.
"""

from typing import Any, LiteralString

import psycopg

LOCK_SECONDS = 15

OURS: LiteralString = "nspname !~ '^pg_' AND nspname <> 'information_schema'"
DROPS: LiteralString = f"""
    SELECT format('DROP %s IF EXISTS %s CASCADE;',
                  replace(replace(it.type, ' object', ''), '-', ' '), it.identity)
    FROM (
        SELECT classid, objid FROM pg_depend JOIN pg_namespace AS schema ON refobjid = schema.oid
        WHERE refclassid = 'pg_namespace'::regclass AND deptype = 'n' AND {OURS}
        UNION ALL
        SELECT tableoid, oid FROM pg_namespace AS schema
        WHERE {OURS} AND nspname <> 'public'
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


def empty(connection: psycopg.Connection[Any]) -> None:
    """Drop everything, within a transaction that is to restore it.

    The settings of the session are those that pg_restore asks for, and one that its script
    cannot ask of a server older than 17.

    Raises:
        psycopg.errors.LockNotAvailable: something is in use for longer than `LOCK_SECONDS`.
        psycopg.Error: something belongs to another user.
    """
    connection.execute(
        "SELECT set_config(name, '0', true) FROM pg_settings WHERE name IN "
        "('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')"
    )
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
    connection.execute("SELECT lo_unlink(oid) FROM pg_largeobject_metadata")
    for (drop,) in connection.execute(DROPS).fetchall():
        connection.execute(drop)


def schemas(connection: psycopg.Connection[Any]) -> set[str]:
    """The schemas that are there."""
    return {
        name for (name,) in connection.execute(f"SELECT nspname FROM pg_namespace WHERE {OURS}")
    }
