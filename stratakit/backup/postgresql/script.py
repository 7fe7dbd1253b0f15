"""The script that pg_restore makes of a backup, run on a connection of ours.

pg_restore cannot empty a database in the same transaction that fills it, and its script is meant
for psql, which not every machine has.
"""

import re
from collections.abc import Callable
from typing import IO, Any

import psycopg

from stratakit.process.client import ClientError

CHUNK = 1 << 20
COPY = re.compile(rb"COPY (.+) FROM stdin;\n")
END_OF_DATA = b"\\.\n"
TRANSACTION = (b"BEGIN;\n", b"COMMIT;\n")
UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


def statements(script: bytes) -> bytes:
    """The section before or after the data without what only psql, or a newer server, knows.

    Of the lines that begin so, only the first and the last can be outside of a function's body.
    """
    begun = re.sub(rb"(?m)^\\restrict .*\n", b"", script, count=1)
    body, unrestrict, _ = begun.rpartition(b"\n\\unrestrict ")
    return (body if unrestrict else begun).replace(UNKNOWN_BEFORE_17, b"", 1)


def run_data(
    connection: psycopg.Connection[Any], script: IO[bytes], loaded: Callable[[], object]
) -> None:
    """Run the section of the data, with a small part of it in memory.

    Args:
        connection: where to, within a transaction.
        script: the section.
        loaded: called after each table.

    Raises:
        psycopg.Error: the server refuses it.
        ClientError: it ends within a table's data.
    """
    cursor = connection.cursor()
    lines: list[bytes] = []
    while lines := lines or script.readlines(CHUNK):
        copies = (number for number, line in enumerate(lines) if COPY.fullmatch(line))
        first = next(copies, len(lines))
        sql = b"".join(line for line in lines[:first] if _is_sql(line))
        if sql:
            cursor.execute(sql)
        if first < len(lines):
            lines = _copy(cursor, lines[first], lines[first + 1 :], script)
            loaded()
        else:
            lines = []


def _is_sql(line: bytes) -> bool:
    """Whether the server is to see a line: none of psql's, and no end of the transaction."""
    return not line.startswith(b"\\") and line not in (*TRANSACTION, UNKNOWN_BEFORE_17)


def _copy(
    cursor: psycopg.Cursor[Any], statement: bytes, lines: list[bytes], script: IO[bytes]
) -> list[bytes]:
    """Copy the data of one table; returns the lines read beyond it."""
    with cursor.copy(statement) as copy:
        while lines := lines or script.readlines(CHUNK):
            end = lines.index(END_OF_DATA) if END_OF_DATA in lines else len(lines)
            copy.write(b"".join(lines[:end]))
            if end < len(lines):
                return lines[end + 1 :]
            lines = []
    raise ClientError("the backup ends within the data of a table")
