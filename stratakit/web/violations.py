"""Constraint violations: the rule that was broken, and the columns that broke it.

Drivers report a violation by a code and, depending on the database, by the name of the constraint
or by its columns. https://www.postgresql.org/docs/current/errcodes-appendix.html,
https://sqlite.org/rescode.html, https://dev.mysql.com/doc/mysql-errors/en/server-error-reference.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from sqlalchemy import MetaData
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import ColumnCollectionConstraint

from stratakit.engine.errors import driver_message


class Rule(Enum):
    """The requirement of a constraint."""

    UNIQUE = auto()
    REFERENCE = auto()
    STILL_REFERENCED = auto()
    NOT_NULL = auto()
    CHECK = auto()
    OTHER = auto()


POSTGRESQL_RULES = {
    "23505": Rule.UNIQUE,
    "23P01": Rule.UNIQUE,  # an exclusion constraint
    "23503": Rule.REFERENCE,
    "23001": Rule.STILL_REFERENCED,
    "23502": Rule.NOT_NULL,
    "23514": Rule.CHECK,
}
MYSQL_RULES = {
    1062: Rule.UNIQUE,
    1451: Rule.STILL_REFERENCED,
    1452: Rule.REFERENCE,
    1048: Rule.NOT_NULL,
    1364: Rule.NOT_NULL,
    3819: Rule.CHECK,
    4025: Rule.CHECK,  # MariaDB
}
SQLITE_RULES = {
    "SQLITE_CONSTRAINT_UNIQUE": Rule.UNIQUE,
    "SQLITE_CONSTRAINT_PRIMARYKEY": Rule.UNIQUE,
    "SQLITE_CONSTRAINT_FOREIGNKEY": Rule.REFERENCE,
    "SQLITE_CONSTRAINT_NOTNULL": Rule.NOT_NULL,
    "SQLITE_CONSTRAINT_CHECK": Rule.CHECK,
}
MYSQL_NAME = re.compile(
    r"key '(?:[^'.]*\.)?([^']+)'|CONSTRAINT `([^`]+)`|onstraint [`']([^`']+)[`']"
)
MYSQL_COLUMN = re.compile(r"(?:Column|Field) '([^']+)'")
SQLITE_COLUMNS = re.compile(r"^[\w ]+ failed: ((?:\w+\.\w+(?:, )?)+)$")
SQLITE_NAME = re.compile(r"^CHECK constraint failed: (\w+)$")


@dataclass(frozen=True)
class Violation:
    """A broken constraint.

    Args:
        rule: what the constraint demands.
        columns: the names of its columns; empty if the database does not report them.
    """

    rule: Rule
    columns: tuple[str, ...] = ()


def constraint_columns(metadata: MetaData) -> dict[str, tuple[str, ...]]:
    """Return the columns of each named constraint and unique index of the models."""
    columns = {}
    for table in metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, ColumnCollectionConstraint):
                columns[str(constraint.name)] = tuple(column.name for column in constraint.columns)
        for index in table.indexes:
            columns[str(index.name)] = tuple(column.name for column in index.columns)
    return columns


def read_violation(error: IntegrityError, columns: Mapping[str, tuple[str, ...]]) -> Violation:
    """Find the rule and the columns of a violation.

    Args:
        error: as SQLAlchemy raises it.
        columns: the columns of constraints, by name.
    """
    rule, name, reported = _read(error)
    if rule is Rule.REFERENCE and (error.statement or "").lstrip()[:6].upper() == "DELETE":
        # PostgreSQL and SQLite have one code for both ends of a foreign key.
        rule = Rule.STILL_REFERENCED
    return Violation(rule, reported or columns.get(name, ()))


def _read(error: IntegrityError) -> tuple[Rule, str, tuple[str, ...]]:
    """Return the rule, the constraint's name, and the columns: what the driver reports of them."""
    driver = error.orig
    message = driver_message(error)
    if diagnostics := getattr(driver, "diag", None):
        rule = POSTGRESQL_RULES.get(diagnostics.sqlstate, Rule.OTHER)
        column = diagnostics.column_name
        return rule, diagnostics.constraint_name or "", (column,) if column else ()
    if code := getattr(driver, "sqlite_errorname", None):
        match, check = SQLITE_COLUMNS.match(message), SQLITE_NAME.match(message)
        found = [each.partition(".")[2] for each in match[1].split(", ")] if match else []
        return SQLITE_RULES.get(code, Rule.OTHER), check[1] if check else "", tuple(found)
    number = driver.args[0] if driver and driver.args else None
    name, null = MYSQL_NAME.search(message), MYSQL_COLUMN.search(message)
    return (
        MYSQL_RULES.get(number, Rule.OTHER) if isinstance(number, int) else Rule.OTHER,
        next(filter(None, name.groups()), "") if name else "",
        (null[1],) if null else (),
    )
