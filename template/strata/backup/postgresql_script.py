"""The script that pg_restore makes of a backup, run on a connection of ours.

pg_restore itself cannot empty a database in the transaction that fills it, and its own script is
for psql, which not every machine has.
"""

import re
from collections.abc import Callable
from typing import IO, Any

import psycopg

from strata.backup.program import Failed

CHUNK = 1 << 20
COPY = re.compile(rb"COPY (.+) \(.*\) FROM stdin;\n")
END_OF_DATA = b"\\.\n"
TRANSACTION = (b"BEGIN;\n", b"COMMIT;\n")
UNKNOWN_BEFORE_17 = b"SET transaction_timeout = 0;\n"


def statements(script: bytes) -> bytes:
    """The section before or after the data as plain SQL.

    What only psql understands stands around it (`\\restrict`, `\\unrestrict`); within a function's
    body a line that looks the same is left alone.
    """
    begun = re.sub(rb"(?m)\A((?:--.*|\s*)\n)*\\restrict .*\n", b"", script, count=1)
    ended = re.sub(rb"\\unrestrict .*\s*\Z", b"", begun)
    return ended.replace(UNKNOWN_BEFORE_17, b"", 1)


def run_data(
    connection: psycopg.Connection[Any], script: IO[bytes], show: Callable[[str], None]
) -> None:
    """Run the section of the data, some of it in memory at a time.

    Args:
        connection: where to, in a transaction.
        script: the section.
        show: told each table.

    Raises:
        psycopg.Error: the server refuses it.
        Failed: it ends within a table's data.
    """
    cursor = connection.cursor()
    ahead: list[bytes] = []
    sql: list[bytes] = []
    while ahead := ahead or script.readlines(CHUNK):
        line = ahead.pop(0)
