"""Running the script that pg_restore generates from a backup, on a connection of stratakit.

pg_restore cannot drop the old contents in the same transaction, and its script needs psql, which is
not on every machine.
"""

import re
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from stratakit.process.client import ClientError

if TYPE_CHECKING:
    import psycopg

CHUNK = 1 << 20
COPY = re.compile(rb"COPY (.+) FROM stdin;\n")
END_OF_DATA = b"\\.\n"
TRANSACTION = (b"BEGIN;\n", b"COMMIT;\n")
UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


def strip_client_commands(script: bytes) -> bytes:
    """Return the section before or after the data without commands of psql and of a newer server.

    Only the first and the last of such lines can be outside of a function's body.
    """
    unrestricted = re.sub(rb"(?m)^\\restrict .*\n", b"", script, count=1)
    body, unrestrict, _ = unrestricted.rpartition(b"\n\\unrestrict ")
    return (body if unrestrict else unrestricted).replace(UNKNOWN_BEFORE_17, b"", 1)


def run_data(
    connection: "psycopg.Connection[Any]", script: IO[bytes], on_table: Callable[[], object]
) -> None:
    """Run the section of the data, with only a small part of it in memory.

    Args:
        connection: the connection, within a transaction.
        script: the section.
        on_table: called after each table.

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
            on_table()
        else:
            lines = []


def _is_sql(line: bytes) -> bool:
    """Return whether a line is for the server: not psql's, and no end of the transaction."""
    return not line.startswith(b"\\") and line not in (*TRANSACTION, UNKNOWN_BEFORE_17)


def _copy(
    cursor: "psycopg.Cursor[Any]", statement: bytes, lines: list[bytes], script: IO[bytes]
) -> list[bytes]:
    """Copy the data of one table, and return the lines that were read after it."""
    with cursor.copy(statement) as copy:
        while lines := lines or script.readlines(CHUNK):
            end = lines.index(END_OF_DATA) if END_OF_DATA in lines else len(lines)
            copy.write(b"".join(lines[:end]))
            if end < len(lines):
                return lines[end + 1 :]
            lines = []
    raise ClientError("the backup ends within the data of a table")
