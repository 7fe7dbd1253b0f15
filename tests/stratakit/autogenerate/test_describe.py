"""Operations in words."""

import pytest
import sqlalchemy as sa
from alembic.operations import ops
from sqlalchemy.dialects import mysql

from stratakit.autogenerate.describe import describe, describe_all
from stratakit.operations.constraints import UniqueUsingIndexOp, ValidateConstraintOp
from stratakit.operations.renames import RenameItemOp

PHRASES: list[tuple[ops.MigrateOperation, list[str]]] = [
    (ops.CreateTableOp("items", []), ["adds table items"]),
    (
        ops.CreateIndexOp("ix", "items", ["a", sa.text("lower(b)")], unique=True),
        ["adds unique index ix on items (a, lower(b))"],
    ),
    (ops.DropIndexOp("ix", "items"), ["drops index ix of items"]),
    (
        ops.CreateForeignKeyOp("fk", "items", "owners", ["a"], ["id"]),
        ["adds foreign key fk from items to owners"],
    ),
    (
        ops.CreateForeignKeyOp(None, "items", "owners", ["a", "b"], ["id", "kind"]),
        ["adds a foreign key from items (a, b) to owners"],
    ),
    (
        ops.CreateUniqueConstraintOp(None, "items", ["a"]),
        ["adds a unique constraint on items"],
    ),
    (ops.DropConstraintOp(None, "items", "unique"), ["drops a constraint of items"]),
    (
        ops.CreateUniqueConstraintOp("uq", "items", ["a"]),
        ["adds unique constraint uq on items"],
    ),
    (
        ops.CreateCheckConstraintOp("ck", "items", sa.text("a > 0")),
        ["adds check constraint ck on items"],
    ),
    (
        ops.AlterColumnOp(
            "items",
            "a",
            existing_type=sa.Integer(),
            modify_type=sa.BigInteger(),
            modify_nullable=False,
            modify_server_default=None,
            modify_comment="c",
        ),
        [
            "changes type of items.a from INTEGER to BIGINT",
            "makes items.a NOT NULL",
            "drops server default of items.a",
            "changes comment of items.a to c",
        ],
    ),
    (
        ops.AlterColumnOp(
            "items",
            "a",
            existing_type=mysql.ENUM("x", "y"),
            modify_type=sa.Enum("x", "y", "z"),
        ),
        ["changes values of items.a from x, y to x, y, z"],
    ),
    (
        ops.AlterColumnOp(
            "items",
            "a",
            existing_type=sa.DateTime(),
            modify_type=sa.DateTime(timezone=True),
        ),
        ["changes type of items.a from DATETIME to DATETIME WITH TIME ZONE"],
    ),
    (RenameItemOp("index", "items", "a", "b"), ["renames index a of items to b"]),
    (ValidateConstraintOp("fk", "items"), ["validates constraint fk on items"]),
    (UniqueUsingIndexOp("uq", "items"), ["adds unique constraint uq on items"]),
    (ops.ExecuteSQLOp("SELECT 1"), ["ExecuteSQL on the schema"]),
]


@pytest.mark.parametrize(("operation", "phrases"), PHRASES)
def test_an_operation_is_described(operation: ops.MigrateOperation, phrases: list[str]) -> None:
    assert list(describe(operation)) == phrases


def test_containers_are_described_by_what_they_contain() -> None:
    inner = ops.ModifyTableOps("items", [ops.DropIndexOp("ix", "items")])
    assert describe_all([ops.UpgradeOps([inner])]) == ["drops index ix of items"]
