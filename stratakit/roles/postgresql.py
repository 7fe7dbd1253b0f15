"""Roles of PostgreSQL: default privileges let the application use the owner's later tables.

https://www.postgresql.org/docs/current/sql-alterdefaultprivileges.html
"""

from stratakit.revisions.backfills import STATE
from stratakit.revisions.log import LOG, VERSION_TABLE

TEMPLATE = """\
-- Run by an administrator, in the database {database}: psql {database} -f roles.sql
-- Then give each a password: \\password {owner} and \\password {app}
SELECT 'CREATE ROLE {owner} LOGIN' WHERE to_regrole('{owner}') IS NULL \\gexec
SELECT 'CREATE ROLE {app} LOGIN' WHERE to_regrole('{app}') IS NULL \\gexec

-- Only the owner creates objects here.
REVOKE CREATE, TEMPORARY ON DATABASE "{database}" FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT CONNECT, CREATE, TEMPORARY ON DATABASE "{database}" TO {owner};
GRANT USAGE, CREATE ON SCHEMA public TO {owner};

-- The owner gets the existing objects: only an owner can alter them.
DO $$
DECLARE found record;
BEGIN
    FOR found IN
        SELECT c.oid::regclass AS name, CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN
               'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END AS kind
        FROM pg_class AS c WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'p', 'v', 'm', 'S') AND relowner <> '{owner}'::regrole
        AND NOT EXISTS (
            SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND deptype IN ('a', 'e', 'i')
        )
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO {owner}', found.kind, found.name);
    END LOOP;
END $$;

-- The application reads and writes rows, and no more.
GRANT CONNECT ON DATABASE "{database}" TO {app};
GRANT USAGE ON SCHEMA public TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app};
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app};
ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO {app};

-- Only the owner writes the version. Run all this again after the first upgrade.
DO $$ BEGIN
    IF to_regclass('{version_table}') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON {version_table}, {log} FROM {app};
    END IF;
    IF to_regclass('public.{state}') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON public.{state} FROM {app};
    END IF;
END $$;
"""


def sql(database: str, owner: str, app: str, version_table: str = VERSION_TABLE) -> str:
    """Write the SQL for psql, with its command gexec."""
    schema, _, name = version_table.rpartition(".")
    quoted = f'"{schema or "public"}"."{name}"'
    return TEMPLATE.format(
        database=database,
        owner=owner,
        app=app,
        log=f'"{schema or "public"}"."{LOG.name}"',
        state=STATE.name,
        version_table=quoted,
    )
