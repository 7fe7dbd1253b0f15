"""The key of a row as text, of the kinds that drivers return for a key."""

import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from stratakit.diagnostics.errors import UsageError
from stratakit.operations.batches import Position

PLAIN = (int, str, float)
READ: dict[str, Callable[[str], Any]] = {
    "bytes": bytes.fromhex,
    "date": date.fromisoformat,
    "datetime": datetime.fromisoformat,
    "Decimal": Decimal,
    "UUID": UUID,
}


def write_position(position: Position) -> str:
    """Return a key as JSON.

    Raises:
        UsageError: a column of the key has a type that no batch can begin at.
    """
    return json.dumps([_encode(value) for value in position])


def read_position(text: str) -> Position:
    """Return the key that `write_position` has written."""
    return [
        READ[kind](value) if kind else value
        for kind, value in ((each[0], each[1]) for each in json.loads(text))
    ]


def _encode(value: Any) -> tuple[str, Any]:
    if isinstance(value, PLAIN) and not isinstance(value, bool):
        return "", value
    kind = type(value).__name__
    if kind not in READ:
        raise UsageError(
            f"A column of the key has values of the type {kind}.",
            detail="A backfill continues after the last key, which it stores as text.",
            hint="Name a unique key of numbers, text, UUIDs or times: key = ...",
        )
    return kind, value.hex() if isinstance(value, bytes) else str(value)
