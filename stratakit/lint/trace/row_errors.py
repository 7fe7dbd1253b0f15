"""Errors that come from the values of rows, and not from the schema or the code."""

import re

from alembic.util import CommandError

from stratakit.engine.errors import driver_classes, driver_error, sqlstate

CODE_ERRORS = (NameError, ImportError, SyntaxError, NotImplementedError, CommandError)
# The classes "data exception", "integrity constraint violation" and "PL/pgSQL error":
# https://www.postgresql.org/docs/current/errcodes-appendix.html
SQLSTATES = ("22", "23", "P0")
# NULL in a column that is NOT NULL, values of another type, divisions by zero, numbers out of
# range, refused by a CHECK of MySQL and of MariaDB:
# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
MYSQL_NUMBERS = (1138, 1292, 1366, 1365, 1690, 3819, 4025)
SQLITE = re.compile(r"malformed JSON|integer overflow|datatype mismatch", re.IGNORECASE)


def is_about_rows(error: BaseException) -> bool:
    """Return whether an error may come from the values of rows.

    Args:
        error: of a revision: from SQLAlchemy, from the driver itself, or from its own Python code.
    """
    cause, classes = driver_error(error), driver_classes(error)
    if cause is None or "DatabaseError" not in classes:
        return not isinstance(error, CODE_ERRORS)
    number = cause.args[0] if cause.args else None
    return (
        bool(classes & {"IntegrityError", "DataError"})
        or sqlstate(error).startswith(SQLSTATES)
        or number in MYSQL_NUMBERS
        or bool(SQLITE.search(str(cause)))
    )
