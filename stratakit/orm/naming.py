"""Names of constraints and indexes, which a migration can address on every database.

They are kept short here rather than by SQLAlchemy, which would shorten them when a statement is
made: a revision holds the name as it was before that, and PostgreSQL cuts it off differently.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Table, UniqueConstraint
from sqlalchemy.schema import ColumnCollectionConstraint

# PostgreSQL's limit in bytes, the lowest of the three databases:
# https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
LONGEST = 63


def shorten(name: str) -> str:
    """Keep a name within the limit: a long one is cut off, and a hash of it all tells it apart."""
    if len(name.encode()) <= LONGEST:
        return name
    kept = name.encode()[: LONGEST - 9].decode(errors="ignore")
    return f"{kept}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _make_convention(kind: str) -> Callable[[Any, Table], str]:
    def name(constraint: ColumnCollectionConstraint | Index, table: Table) -> str:
        if isinstance(constraint, CheckConstraint):
            return shorten(f"{kind}_{table.name}_{constraint.name}")
        columns = (
            constraint.column_keys
            if isinstance(constraint, ForeignKeyConstraint)
            else [column.name for column in constraint.columns]
        )
        referred = (
            [constraint.elements[0].target_fullname.split(".")[-2]]
            if isinstance(constraint, ForeignKeyConstraint)
            else []
        )
        return shorten("_".join([kind, table.name, *columns, *referred]))

    return name


def default_name(constraint: UniqueConstraint | ForeignKeyConstraint) -> str:
    """The name that the convention gives to a constraint of a table."""
    kind = "fk" if isinstance(constraint, ForeignKeyConstraint) else "uq"
    return _make_convention(kind)(constraint, constraint.table)


# That the token of a CHECK contains `constraint_name` tells SQLAlchemy that it applies to named
# ones, which the others leave as they are.
NAMING_CONVENTION: dict[str, Any] = {
    "described_ix": _make_convention("ix"),
    "described_uq": _make_convention("uq"),
    "described_fk": _make_convention("fk"),
    "described_constraint_name": _make_convention("ck"),
    "ix": "%(described_ix)s",
    "uq": "%(described_uq)s",
    "fk": "%(described_fk)s",
    "ck": "%(described_constraint_name)s",
    "pk": "pk_%(table_name)s",
}
