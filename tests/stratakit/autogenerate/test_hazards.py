"""Hazards of single operations."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import ops
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import NullType, UserDefinedType
from syrupy.assertion import SnapshotAssertion

from stratakit.autogenerate.change import Change
from stratakit.autogenerate.hazards import detect_hazards, hazards
from stratakit.config import Backend
from stratakit.operations.enums import UnresolvedEnumChangeOp

ALL: tuple[Backend, ...] = ("postgresql", "mysql", "sqlite")


class Point(UserDefinedType[str]):
    cache_ok = True


def column(name: str, type_: Any, **options: Any) -> ops.AddColumnOp:
    return ops.AddColumnOp("items", sa.Column(name, type_, **options))


def dropped(name: str, type_: Any) -> ops.DropColumnOp:
    return ops.DropColumnOp("items", name, _reverse=column(name, type_))


def alter(old: Any, new: Any = None, **options: Any) -> ops.AlterColumnOp:
    return ops.AlterColumnOp("items", "a", existing_type=old, modify_type=new, **options)


def found(
    operation: ops.MigrateOperation,
    backend: Backend,
    siblings: Sequence[ops.MigrateOperation] = (),
) -> list[str]:
    return [" ".join(text.split()) for text in hazards(operation, siblings, backend)]


HAZARDS: dict[str, tuple[ops.MigrateOperation, tuple[Backend, ...]]] = {
    "dropped column": (dropped("a", sa.Integer()), ALL),
    "required column": (column("a", sa.Integer, nullable=False), ALL),
    "identity": (
        ops.AddColumnOp("items", sa.Column("a", sa.Integer, sa.Identity())),
        ("postgresql",),
    ),
    "computed": (
        ops.AddColumnOp("items", sa.Column("a", sa.Integer, sa.Computed("b * 2"))),
        ("postgresql",),
    ),
    "unknown type": (alter(NullType(), sa.Text()), ALL),
    "smaller type": (alter(sa.BigInteger(), sa.Integer()), ALL),
    "not null": (alter(sa.Integer(), modify_nullable=False), ("mysql", "sqlite")),
    "json": (column("a", sa.JSON), ("postgresql",)),
    "own type": (column("a", Point()), ALL),
}
SAFE: list[tuple[ops.MigrateOperation, tuple[Backend, ...]]] = [
    (column("a", sa.Integer), ALL),
    (column("a", sa.Integer, nullable=False, server_default="1"), ALL),
    (column("a", postgresql.JSONB), ("postgresql",)),
    (column("a", sa.JSON), ("mysql", "sqlite")),
    (ops.AddColumnOp("items", sa.Column("a", sa.Integer, sa.Identity())), ("mysql",)),
    (
        ops.AddColumnOp("items", sa.Column("a", sa.Integer, sa.Computed("b", persisted=False))),
        ("postgresql",),
    ),
    (alter(sa.String(20), sa.String(50)), ALL),
    (alter(mysql.ENUM("a"), sa.Enum("a", "b")), ("mysql",)),
    (alter(sa.Integer(), modify_nullable=True), ALL),
    # The step that validates the rows has this hazard.
    (alter(sa.Integer(), modify_nullable=False), ("postgresql",)),
]


@pytest.mark.parametrize(
    ("name", "backend"),
    [(name, backend) for name, (_, backends) in HAZARDS.items() for backend in backends],
)
def test_an_operation_has_a_hazard(
    name: str, backend: Backend, snapshot: SnapshotAssertion
) -> None:
    (hazard,) = found(HAZARDS[name][0], backend)
    assert "items.a " in hazard
    assert hazard == snapshot


@pytest.mark.parametrize(
    ("operation", "backend"),
    [(operation, backend) for operation, backends in SAFE for backend in backends],
)
def test_an_operation_has_none(operation: ops.MigrateOperation, backend: Backend) -> None:
    assert found(operation, backend) == []


def test_a_dropped_column_and_a_new_one_of_its_type_may_be_a_rename() -> None:
    siblings = [column("other", sa.Text), column("b", mysql.DECIMAL(10, 2))]
    (hazard,) = found(dropped("a", sa.Numeric()), "mysql", siblings)
    assert "ALTER TABLE `items` RENAME COLUMN `a` TO `b`" in hazard
    assert "ALTER TABLE `items` RENAME COLUMN `b` TO `a`" in hazard


@pytest.mark.parametrize(
    ("values", "declared", "named"),
    [
        (("a", "b"), ("a",), "enum mood has 'b',"),
        (("a", "b"), ("b", "a"), "model: 'a', 'b'"),
        (("a", "b"), ("a", "c"), "op.rename_enum_value('mood', 'b', 'c', schema='s')"),
    ],
    ids=["removed", "reordered", "renamed"],
)
def test_values_that_cannot_be_changed_in_place_are_a_hazard(
    values: tuple[str, ...], declared: tuple[str, ...], named: str, snapshot: SnapshotAssertion
) -> None:
    change = UnresolvedEnumChangeOp("mood", values, declared, schema="s")
    (hazard,) = found(change, "postgresql")
    assert named in hazard
    assert hazard == snapshot


@pytest.mark.parametrize("is_key", [True, False])
def test_no_recipe_is_named_for_a_column_of_the_key_which_recipes_refuse(is_key: bool) -> None:
    tables = sa.MetaData()
    sa.Table("items", tables, sa.Column("a", sa.Uuid, primary_key=is_key))
    replaced = ops.DropColumnOp.from_column_and_tablename(
        None, "items", sa.Column("b", sa.Uuid, primary_key=is_key)
    )
    added = ops.AddColumnOp.from_column_and_tablename(None, "items", sa.Column("a", sa.Uuid))
    for operations, recipe in (
        ([alter(sa.Integer(), sa.Uuid())], "recipe change-type items.a"),
        ([replaced, added], "recipe rename-column items.b a"),
    ):
        change = Change("postgresql", tables, 0, [*operations])
        detect_hazards(change)
        (texts,) = change.hazards.values()
        assert (recipe in " ".join(texts)) is not is_key, texts
