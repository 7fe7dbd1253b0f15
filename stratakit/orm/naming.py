"""Names of constraints and indexes that a migration can address on every database.

Names are shortened here and not by SQLAlchemy, which shortens them when a statement is compiled: a
revision would contain the long name, and PostgreSQL cuts that off differently.
"""

import hashlib
import re
from collections.abc import Callable
from itertools import chain
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Table, UniqueConstraint
from sqlalchemy.schema import ColumnCollectionConstraint

# PostgreSQL's limit in bytes, the lowest of the three databases:
# https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
MAX_BYTES = 63
WORD = re.compile(r"\w+")


def shorten(name: str) -> str:
    """Shorten a name to the limit: its beginning and a hash of the whole name."""
    if len(name.encode()) <= MAX_BYTES:
        return name
    beginning = name.encode()[: MAX_BYTES - 9].decode(errors="ignore")
    return f"{beginning}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _make_convention(kind: str) -> Callable[[Any, Table], str]:
    def name(constraint: ColumnCollectionConstraint | Index, table: Table) -> str:
        if isinstance(constraint, CheckConstraint):
            return _check_name(constraint, table)
        columns = (
            constraint.column_keys
            if isinstance(constraint, ForeignKeyConstraint)
            else [column.name for column in constraint.columns]
        )
        referenced = (
            [constraint.elements[0].target_fullname.split(".")[-2]]
            if isinstance(constraint, ForeignKeyConstraint)
            else []
        )
        return shorten("_".join([kind, table.name, *columns, *referenced]))

    return name


def _check_name(constraint: CheckConstraint, table: Table) -> str:
    """Name a CHECK by its own short name; without one, by its columns, as the other kinds are.

    A second one on the same columns gets a hash of its text, too.
    """
    if isinstance(constraint.name, str):
        return shorten(f"ck_{table.name}_{constraint.name}")
    text = str(constraint.sqltext)
    columns = [column.name for column in constraint.columns]
    columns = columns or [word for word in dict.fromkeys(WORD.findall(text)) if word in table.c]
    name = shorten("_".join(["ck", table.name, *columns]))
    others = chain(table.constraints, *(column.constraints for column in table.columns))
    taken = {other.name for other in others if other is not constraint}
    if columns and name not in taken:
        return name
    return shorten(f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:8]}")


def default_name(constraint: UniqueConstraint | ForeignKeyConstraint) -> str:
    """Return the name that the convention gives to a constraint of a table."""
    kind = "fk" if isinstance(constraint, ForeignKeyConstraint) else "uq"
    return _make_convention(kind)(constraint, constraint.table)


# A token that contains `constraint_name` applies to constraints that have a name, too: a CHECK. The
# other conventions leave such constraints as they are.
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
