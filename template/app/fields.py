"""Types of fields that accept what the database stores, and nothing beyond it."""

from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le
from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

RowId = Annotated[int, Ge(1), Le(2**53 - 1)]
"""A primary key: no larger than every client reads it from JSON, RFC 8259, section 6."""

# PostgreSQL's text stores every character but NUL.
Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]


def round_to_cents(amount: Decimal) -> Decimal:
    """Write an amount as a `Numeric(12, 2)` column returns it: 2.5 as 2.50, and -0 as 0.00."""
    return amount.quantize(Decimal("0.01")) + 0


Price = Annotated[
    Decimal,
    Field(ge=0, max_digits=12, decimal_places=2),
    AfterValidator(round_to_cents),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "maximum": 9_999_999_999.99, "multipleOf": 0.01},
                {"type": "string", "pattern": r"^\d{1,10}(\.\d{1,2})?$"},
            ]
        },
        mode="validation",
    ),
]
