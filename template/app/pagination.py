"""Keyset pagination: a page starts after the last row of the previous page.

Unlike OFFSET, a page deep in a table costs no more than the first one, and rows that are inserted
or deleted meanwhile neither repeat nor skip others. The column should have an index.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import HTTPException, Query
from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.database import Row
from app.fields import RowId

Cursor = Annotated[str | None, Query(max_length=1000, description="`next` of the previous page.")]
Limit = Annotated[int, Query(ge=1, le=100)]

POSITION = TypeAdapter(tuple[str, str, RowId])
"""The content of a cursor: the order, and the last row's value of its column and primary key."""


@dataclass(frozen=True)
class Keyset:
    """An order of rows, and the positions in it.

    Args:
        sort: the name of the order; a cursor of another order is refused. `-` is descending.
        column: the column to sort by.
        key: the primary key, which decides between rows that are equal.
    """

    sort: str
    column: InstrumentedAttribute[Any]
    key: InstrumentedAttribute[int]

    def order(self) -> list[ColumnElement[Any]]:
        """Return the arguments of `order_by()`."""
        columns = [self.key] if self.column is self.key else [self.column, self.key]
        return [each.desc() if self.sort.startswith("-") else each.asc() for each in columns]

    def after(self) -> ColumnElement[bool]:
        """Return the argument of `where()` for the rows after a position: see `position()`."""
        key = bindparam("after_key", type_=self.key.type)
        if self.column is self.key:
            return self.key < key if self.sort.startswith("-") else self.key > key
        # With the type of its column: a driver may send a Decimal as text.
        position = tuple_(bindparam("after_value", type_=self.column.type), key)
        row = tuple_(self.column, self.key)
        return row < position if self.sort.startswith("-") else row > position

    def position(self, cursor: str | None) -> Row:
        """Return the values of `after()`; none for the first page.

        Raises:
            HTTPException: 422; the cursor is not one of this order.
        """
        if cursor is None:
            return {}
        value, key = self._decode(cursor)
        position: Row = {"after_key": key}
        return position if self.column is self.key else position | {"after_value": value}

    def cut(self, rows: Sequence[Row], limit: int) -> str | None:
        """Return the cursor after a page, if the query for one row more than that found it."""
        if len(rows) <= limit:
            return None
        last = rows[limit - 1]
        text = json.dumps([self.sort, str(last[self.column.key]), last[self.key.key]])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _decode(self, cursor: str) -> tuple[Any, int]:
        try:
            text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            sort, value, key = POSITION.validate_json(text)
            if sort != self.sort or "\0" in value:
                raise ValueError(sort)
            return TypeAdapter(self.column.type.python_type).validate_python(value), key
        except ValueError:
            raise HTTPException(422, "This cursor is not `next` of a page in this order.") from None
