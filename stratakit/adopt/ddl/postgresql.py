"""The DDL of a schema on PostgreSQL, by pg_dump."""

import re
from collections.abc import Collection

from sqlalchemy import Connection

from stratakit.backup.postgresql import connection_target, server_version, uses_tls
from stratakit.devserver.client_tools import find_client
from stratakit.engine.url import DatabaseURL
from stratakit.process.client import output

ENTRY = re.compile(
    r"^--\n-- (?:Name: .*; Type: .*; Schema: .*|TOC entry .*)\n(?:--.*\n)*", re.MULTILINE
)
# Commands of pg_dump for psql and for the session, which a revision shares with others. Only around
# a statement: the body of a function, or a comment, may contain the same.
SESSION = r"(?:\\(?:un)?restrict \w+|SET default_\w+ = (?:''|[\w\"]+);)"
SESSION_COMMANDS = re.compile(rf"\A(?:\s*{SESSION}\n)*|(?:\n\s*{SESSION})*\s*\Z")
NAME = r'(?:"(?:[^"]|"")*"|[^\s."]+)'
VIEW = re.compile(rf"CREATE MATERIALIZED VIEW ({NAME}\.{NAME})")
# They contain passwords and the addresses of other servers.
SECRETS = ("CREATE USER MAPPING", "CREATE SUBSCRIPTION")


def statements(connection: Connection, url: DatabaseURL, left_out: Collection[str]) -> list[str]:
    """Return the statements that create the schema of a database, one or more for each object.

    Raises:
        StrataError: there is no pg_dump that is new enough for the server.
        ClientError: pg_dump fails.
    """
    name, environment = connection_target(url)
    options = ["--schema-only", "--no-owner", "--no-privileges", "--no-password"]
    options += [f"--exclude-table={_pattern(name)}" for name in left_out]
    program = find_client("pg_dump", server_version(connection), tls=uses_tls(connection))
    script = output([program, *options, f"--dbname={name}"], environment=environment).decode()
    _, *entries = ENTRY.split(script)
    # A function may name an object that is created after it.
    result = ["SET LOCAL check_function_bodies = off;"]
    for entry in entries:
        text = entry.partition("\n--\n-- PostgreSQL database dump complete")[0]
        text = SESSION_COMMANDS.sub("", text).strip()
        if text.startswith(SECRETS):
            continue
        if (view := VIEW.match(text)) and not _is_unpopulated(connection, view[1]):
            text = re.sub(r"WITH NO DATA;\Z", "WITH DATA;", text)
        if text:
            result.append(text)
    return result if len(result) > 1 else []


def _pattern(name: str) -> str:
    """Return the pattern of pg_dump that fits one name alone."""
    return ".".join(f'"{part}"' for part in name.split("."))


def _is_unpopulated(connection: Connection, name: str) -> bool:
    """Return whether a materialized view has no data; pg_dump writes all views as if so."""
    populated = "SELECT relispopulated FROM pg_class WHERE oid = %(name)s::regclass"
    return not connection.exec_driver_sql(populated, {"name": name}).scalar_one()
