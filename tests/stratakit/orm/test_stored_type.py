"""The type that a revision has for a type of the application's own."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.types import TypeEngine

from stratakit.orm.stored_type import stored_type
from tests.stratakit.drift.random_models import Guid

DIALECTS: dict[str, sa.Dialect] = {
    "postgresql": psycopg.dialect(),  # type: ignore[no-untyped-call]
    "mysql": mysql.dialect(),
    "sqlite": sqlite.dialect(),
}


class Money(sa.TypeDecorator[Any]):
    impl = sa.Numeric
    cache_ok = True


class Fuel(sa.TypeDecorator[Any]):
    impl = sa.Enum("petrol", "gas", name="fuel")
    cache_ok = True


@pytest.mark.parametrize(
    ("backend", "declared", "stored"),
    [
        ("postgresql", Guid(), "UUID()"),
        ("mysql", Guid(), "CHAR(length=36)"),
        ("sqlite", Guid(), "CHAR(length=36)"),
        ("postgresql", Money(8, 2), "Numeric(precision=8, scale=2)"),
        ("postgresql", Fuel(), "Enum('petrol', 'gas', name='fuel')"),
        ("postgresql", sa.Interval(), "Interval()"),
        ("sqlite", sa.PickleType(), "PickleType()"),
    ],
)
def test_a_decorator_is_the_type_that_it_has_on_the_database(
    backend: str, declared: TypeEngine[Any], stored: str
) -> None:
    assert repr(stored_type(declared, DIALECTS[backend])) == stored
