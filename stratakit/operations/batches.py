"""Rows of a table in batches, in the order of a key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, text
from sqlalchemy.sql.compiler import IdentifierPreparer

from stratakit.operations.rendering import statement

MARK = "{rows}"
"""In a statement: the condition that selects the rows of a batch."""

Position = Sequence[Any]
"""The values of a key, in the order of its columns."""


@dataclass(frozen=True)
class Rows:
    """The rows of one batch: those after one key, up to another one.

    Args:
        condition: SQL for a WHERE clause, with the table before each column.
        parameters: the values of the condition's parameters.
        last: the key of the last row.
        count: the number of the rows.
    """

    condition: str
    parameters: Mapping[str, Any]
    last: Position
    count: int

    def execute(self, connection: Connection, sql: str) -> CursorResult[Any]:
        """Execute SQL in which `{rows}` is the condition; no other colon begins a parameter."""
        pieces = [statement(piece).text for piece in sql.split(MARK)]
        return connection.execute(text(f"({self.condition})".join(pieces)), self.parameters)


class KeyOrder:
    """A table whose rows are read in batches.

    Args:
        dialect: of the database.
        table: the name of the table, with its schema if it has one.
        columns: the columns of a unique key without NULL.
    """

    def __init__(self, dialect: Dialect, table: str, columns: Sequence[str]) -> None:
        self._preparer: IdentifierPreparer = dialect.identifier_preparer
        # MySQL and MariaDB use no index for the order of two rows.
        self._compares_rows = dialect.name in ("postgresql", "sqlite")
        self.table = ".".join(self._preparer.quote(part) for part in table.split("."))
        self._names = [self._preparer.quote(column) for column in columns]
        self.columns = [f"{self.table}.{name}" for name in self._names]

    def next_rows(self, connection: Connection, after: Position | None, limit: int) -> Rows | None:
        """Return the rows that follow a key.

        Args:
            connection: to the database.
            after: the key; None before the first row.
            limit: the most rows.

        Returns:
            The rows; None if no row follows.
        """
        where, parameters = self._after(after)
        names, columns = ", ".join(self._names), ", ".join(self.columns)
        begin = f"SELECT {names} FROM {self.table} WHERE {where} ORDER BY {columns}"
        # The server passes over the keys of a full batch. Only those of the last one are counted.
        last = connection.execute(
            text(f"{begin} LIMIT 1 OFFSET {int(limit) - 1}"), parameters
        ).first()
        position, count = (None, 0) if last is None else (list(last), limit)
        if position is None:
            keys = connection.execute(text(f"{begin} LIMIT {int(limit)}"), parameters).all()
            if not keys:
                return None
            position, count = list(keys[-1]), len(keys)
        upto = {f"last_{index}": value for index, value in enumerate(position)}
        condition = f"{where} AND {self._compare('last', '<=')}"
        return Rows(condition, {**parameters, **upto}, position, count)

    def _after(self, after: Position | None) -> tuple[str, dict[str, Any]]:
        if after is None:
            return "1 = 1", {}
        parameters = {f"after_{index}": value for index, value in enumerate(after)}
        return self._compare("after", ">"), parameters

    def _compare(self, prefix: str, operator: str) -> str:
        """Return the condition of the rows before or after the key of some parameters.

        Args:
            prefix: of the names of the parameters.
            operator: `>` or `<=`.
        """
        parameters = [f":{prefix}_{index}" for index in range(len(self.columns))]
        if len(parameters) == 1:
            return f"{self.columns[0]} {operator} {parameters[0]}"
        if self._compares_rows:
            return f"({', '.join(self.columns)}) {operator} ({', '.join(parameters)})"
        strict = operator[0]
        equal, either = "", []
        for column, parameter in zip(self.columns, parameters, strict=True):
            is_last = column == self.columns[-1]
            compared = f"{column} {operator if is_last else strict} {parameter}"
            either.append(f"({equal}{compared})")
            equal += f"{column} = {parameter} AND "
        # The first condition alone lets the server use an index.
        bound = f"{self.columns[0]} {strict}= {parameters[0]}"
        return f"{bound} AND ({' OR '.join(either)})"


@dataclass
class BatchSize:
    """A number of rows that adapts to the time that a batch takes.

    Args:
        seconds: the time that a batch should take.
        rows: the number of rows of the next batch.
    """

    seconds: float = 0.1
    rows: int = 500

    MOST = 50_000

    def adapt(self, seconds: float) -> None:
        """Set the number of rows by the time of the batch before: at most twice or half as many."""
        ratio = self.seconds / max(seconds, 0.0001)
        self.rows = round(min(max(self.rows * min(max(ratio, 0.5), 2.0), 1), self.MOST))
