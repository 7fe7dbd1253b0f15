"""PostgreSQL: what makes a schema, as pg_dump writes it."""

import re

from sqlalchemy import Connection

from stratakit.backup.postgresql import server_version, target
from stratakit.devserver.client_tools import find_client
from stratakit.engine.url import DatabaseURL
from stratakit.process.client import output

ENTRY = re.compile(
    r"^--\n-- (?:Name: .*; Type: .*; Schema: .*|TOC entry .*)\n(?:--.*\n)*", re.MULTILINE
)
# What pg_dump says to psql and to the session: a revision runs in a session that has more to do.
# Only around a statement: the same may stand in a function's body, or in a comment.
SESSION = r"(?:\\(?:un)?restrict \w+|SET default_\w+ = (?:''|[\w\"]+);)"
AROUND = re.compile(rf"\A(?:\s*{SESSION}\n)*|(?:\n\s*{SESSION})*\s*\Z")
NAME = r'(?:"(?:[^"]|"")*"|[^\s."]+)'
VIEW = re.compile(rf"CREATE MATERIALIZED VIEW ({NAME}\.{NAME})")
# They hold passwords, and say where other servers are.
LEFT_OUT = ("CREATE USER MAPPING", "CREATE SUBSCRIPTION")


def statements(connection: Connection, url: DatabaseURL) -> list[str]:
    """The statements that make the schema of a database, one or more for each of its objects.

    Raises:
        StrataError: there is no pg_dump that is new enough for the server.
        ClientError: pg_dump fails.
    """
    name, environment = target(url)
    options = ["--schema-only", "--no-owner", "--no-privileges", "--no-password"]
    ours = ("alembic_version", "migration_log", "migration_log_id_seq")
    options += [f"--exclude-table={table}" for table in ours]
    tls = connection.connection.driver_connection.pgconn.ssl_in_use  # type: ignore[union-attr]
    program = find_client("pg_dump", server_version(connection), tls=tls)
    script = output([program, *options, f"--dbname={name}"], environment=environment).decode()
    _, *entries = ENTRY.split(script)
    # A function may name what is made after it.
    made = ["SET LOCAL check_function_bodies = off;"]
    for entry in entries:
        text = entry.partition("\n--\n-- PostgreSQL database dump complete")[0]
        text = AROUND.sub("", text).strip()
        if text.startswith(LEFT_OUT):
            continue
        if (view := VIEW.match(text)) and not _unpopulated(connection, view[1]):
            text = re.sub(r"WITH NO DATA;\Z", "WITH DATA;", text)
        if text:
            made.append(text)
    return made if len(made) > 1 else []


def _unpopulated(connection: Connection, name: str) -> bool:
    """Whether a materialized view has never been filled; pg_dump writes all as if so."""
    populated = "SELECT relispopulated FROM pg_class WHERE oid = %(name)s::regclass"
    return not connection.exec_driver_sql(populated, {"name": name}).scalar_one()
