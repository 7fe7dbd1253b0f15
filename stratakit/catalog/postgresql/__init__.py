"""The catalog of PostgreSQL, by the server's own functions, which write definitions as a dump does.

PostgreSQL's manual, "System Catalog Information Functions".
"""

import re
from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from stratakit.catalog.model import ObjectKey
from stratakit.catalog.postgresql import other_objects, tables, types

# The same default under two names: PostgreSQL's manual, "Date/Time Functions", Current Date/Time.
NOW = re.compile(r"\bCURRENT_TIMESTAMP\b(?!\()")
READ_ONLY = (
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SET TRANSACTION READ ONLY",
    "SET statement_timeout = '{seconds}s'",
)


def read_objects(connection: Connection) -> Iterator[tuple[ObjectKey, Mapping[str, object]]]:
    """Read every object of every schema, without those of the server and of extensions."""
    queries = (*tables.QUERIES, *types.QUERIES, *other_objects.QUERIES)
    for query in queries:
        for row in connection.exec_driver_sql(query).mappings():
            attributes = {
                name: NOW.sub("now()", value) if isinstance(value, str) else value
                for name, value in row.items()
                if name not in ("kind", "of", "name")
            }
            yield ObjectKey(row["kind"], row["of"], row["name"]), attributes
