"""Violations of constraints are read from the errors of each driver."""

from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from stratakit.web.violations import Rule, Violation, constraint_columns, read_violation

METADATA = sa.MetaData()
PRICE = sa.Column("price", sa.Integer)
OWNERS = sa.Table("owners", METADATA, sa.Column("id", sa.Integer, primary_key=True))
ITEMS = sa.Table(
    "items",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(9), nullable=False),
    PRICE,
    sa.Column("owner_id", sa.Integer),
    sa.CheckConstraint(PRICE > 0, name="ck_price"),
    sa.UniqueConstraint("name", "price", name="uq_items"),
    sa.ForeignKeyConstraint(["owner_id"], ["owners.id"], name="fk_owner"),
)
COLUMNS = constraint_columns(METADATA)


class DriverError(Exception):
    """An error as psycopg raises it: with a diagnosis."""

    def __init__(self, sqlstate: str, constraint: str | None, column: str | None) -> None:
        super().__init__("")
        self.diag = SimpleNamespace(
            sqlstate=sqlstate, constraint_name=constraint, column_name=column
        )


@pytest.mark.parametrize(
    ("statement", "violation"),
    [
        ("INSERT INTO items (name, price) VALUES ('a', 1)",
         Violation(Rule.UNIQUE, ("name", "price"))),
        ("INSERT INTO items (id, name) VALUES (1, 'b')", Violation(Rule.UNIQUE, ("id",))),
        ("INSERT INTO items (name) VALUES (NULL)", Violation(Rule.NOT_NULL, ("name",))),
        ("INSERT INTO items (name, price) VALUES ('b', 0)", Violation(Rule.CHECK, ("price",))),
        ("INSERT INTO items (name, owner_id) VALUES ('b', 9)", Violation(Rule.REFERENCE)),
        (" delete FROM owners", Violation(Rule.STILL_REFERENCED)),
    ],
)  # fmt: skip
def test_a_violation_on_sqlite(statement: str, violation: Violation) -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        METADATA.create_all(connection)
        connection.execute(OWNERS.insert().values(id=1))
        connection.execute(ITEMS.insert().values(id=1, name="a", price=1, owner_id=1))
        with pytest.raises(IntegrityError) as error:
            connection.exec_driver_sql(statement)
    assert read_violation(error.value, COLUMNS) == violation


@pytest.mark.parametrize(
    ("sqlstate", "constraint", "column", "statement", "violation"),
    [
        ("23505", "uq_items", None, "INSERT", Violation(Rule.UNIQUE, ("name", "price"))),
        ("23P01", "uq_items", None, "UPDATE", Violation(Rule.UNIQUE, ("name", "price"))),
        ("23503", "fk_owner", None, "INSERT", Violation(Rule.REFERENCE, ("owner_id",))),
        ("23503", "fk_owner", None, "DELETE", Violation(Rule.STILL_REFERENCED, ("owner_id",))),
        ("23001", "fk_owner", None, "UPDATE", Violation(Rule.STILL_REFERENCED, ("owner_id",))),
        ("23502", None, "name", "INSERT", Violation(Rule.NOT_NULL, ("name",))),
        ("23514", "ck_price", None, "INSERT", Violation(Rule.CHECK, ("price",))),
        ("23514", "of_another_table", None, "INSERT", Violation(Rule.CHECK)),
        ("23000", None, None, "INSERT", Violation(Rule.OTHER)),
    ],
)
def test_a_violation_on_postgresql(
    sqlstate: str, constraint: str | None, column: str | None, statement: str, violation: Violation
) -> None:
    error = IntegrityError(statement, None, DriverError(sqlstate, constraint, column))
    assert read_violation(error, COLUMNS) == violation


@pytest.mark.parametrize(
    ("number", "message", "violation"),
    [
        (1062, "Duplicate entry 'a-1' for key 'uq_items'",
         Violation(Rule.UNIQUE, ("name", "price"))),
        (1062, "Duplicate entry 'a-1' for key 'items.uq_items'",
         Violation(Rule.UNIQUE, ("name", "price"))),
        (1451, "a foreign key constraint fails (`d`.`items`, CONSTRAINT `fk_owner` FOREIGN KEY",
         Violation(Rule.STILL_REFERENCED, ("owner_id",))),
        (1452, "a foreign key constraint fails (`d`.`items`, CONSTRAINT `fk_owner` FOREIGN KEY",
         Violation(Rule.REFERENCE, ("owner_id",))),
        (1048, "Column 'name' cannot be null", Violation(Rule.NOT_NULL, ("name",))),
        (1364, "Field 'name' doesn't have a default value", Violation(Rule.NOT_NULL, ("name",))),
        (3819, "Check constraint 'ck_price' is violated.", Violation(Rule.CHECK, ("price",))),
        (4025, "CONSTRAINT `ck_price` failed for `d`.`items`", Violation(Rule.CHECK, ("price",))),
        (1169, "Can't write, because of unique constraint", Violation(Rule.OTHER)),
    ],
)  # fmt: skip
def test_a_violation_on_mysql(number: int, message: str, violation: Violation) -> None:
    error = IntegrityError("INSERT", None, Exception(number, message))
    assert read_violation(error, COLUMNS) == violation
