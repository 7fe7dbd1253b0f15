"""Operations in words."""

from types import SimpleNamespace

import sqlalchemy as sa
from alembic.operations import ops
from sqlalchemy.dialects import mysql
from syrupy.assertion import SnapshotAssertion

from stratakit.autogenerate.describe import describe, describe_all
from stratakit.operations.constraints import UniqueUsingIndexOp, ValidateConstraintOp
from stratakit.operations.renames import RenameItemOp

OPERATIONS: list[ops.MigrateOperation] = [
    ops.CreateTableOp("items", []),
    ops.CreateIndexOp("ix", "items", ["a", sa.text("lower(b)")], unique=True),
    ops.DropIndexOp("ix", "items"),
    ops.CreateForeignKeyOp("fk", "items", "owners", ["a"], ["id"]),
    ops.CreateForeignKeyOp(None, "items", "owners", ["a", "b"], ["id", "kind"]),
    ops.CreateUniqueConstraintOp(None, "items", ["a"]),
    ops.DropConstraintOp(None, "items", "unique"),
    ops.CreateUniqueConstraintOp("uq", "items", ["a"]),
    ops.CreateCheckConstraintOp("ck", "items", sa.text("a > 0")),
    ops.AlterColumnOp(
        "items",
        "a",
        existing_type=sa.Integer(),
        modify_type=sa.BigInteger(),
        modify_nullable=False,
        modify_server_default=None,
        modify_comment="c",
    ),
    ops.AlterColumnOp(
        "items", "a", existing_type=mysql.ENUM("x", "y"), modify_type=sa.Enum("x", "y", "z")
    ),
    ops.AlterColumnOp(
        "items", "a", existing_type=sa.DateTime(), modify_type=sa.DateTime(timezone=True)
    ),
    RenameItemOp("index", "items", "a", "b"),
    ValidateConstraintOp("fk", "items"),
    UniqueUsingIndexOp("uq", "items"),
    ops.ExecuteSQLOp("SELECT\n  1"),
    ops.DropTableOp("items"),
    ops.RenameTableOp("items", "goods"),
    ops.CreateTableCommentOp("items", "what we sell"),
    ops.DropTableCommentOp("items"),
    ops.AddColumnOp("items", sa.Column("b", sa.Integer())),
    ops.DropColumnOp("items", "b"),
    ops.CreatePrimaryKeyOp("pk", "items", ["a"]),
    ops.BulkInsertOp(sa.table("items"), []),
]


def test_operations_are_described(snapshot: SnapshotAssertion) -> None:
    described = [(type(each).__name__, list(describe(each))) for each in OPERATIONS]
    assert "\n".join(f"{name}: {'; '.join(phrases)}" for name, phrases in described) == snapshot


def test_containers_are_described_by_what_they_contain() -> None:
    inner = ops.DropIndexOp("ix", "items")
    assert describe_all([ops.UpgradeOps([ops.ModifyTableOps("items", [inner])])]) == [
        *describe(inner)
    ]


def test_every_operation_of_alembic_has_words() -> None:
    concrete = {each for each in vars(ops).values() if _is_concrete(each)}
    assert concrete == {type(each) for each in OPERATIONS} & concrete
    for operation in OPERATIONS:
        assert not any(type(operation).__name__ in phrase for phrase in describe(operation))


def _is_concrete(kind: object) -> bool:
    """Return whether Alembic creates operations of a kind; the others are bases and containers."""
    return (
        isinstance(kind, type)
        and issubclass(kind, ops.MigrateOperation)
        and not issubclass(kind, ops.OpContainer | ops.MigrationScript)
        and kind not in (ops.MigrateOperation, ops.AddConstraintOp, ops.AlterTableOp)
    )


class ReplaceOp(ops.MigrateOperation):
    """An operation as alembic_utils declares it."""

    target = SimpleNamespace(type_="function", signature="shade()")


def test_an_operation_of_alembic_utils_names_its_object() -> None:
    assert list(describe(ReplaceOp())) == ["replaces function shade()"]
