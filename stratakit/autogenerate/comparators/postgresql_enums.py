"""Comparing PostgreSQL's enums with those that the models declare, which Alembic leaves out.

A value is added or renamed in place. One that the models no longer have cannot be taken out: that
takes another type, which writes every row of every table that has it.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import ARRAY, Column, inspect
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.engine.interfaces import Dialect

from stratakit.operations import walk
from stratakit.operations.enums import AddEnumValueOp, CreateEnumOp, DifferingEnumOp, DropEnumOp

NAME = "stratakit.enums"
Key = tuple[str | None, str]


def _compare(
    context: AutogenContext, upgrade: ops.UpgradeOps, _schemas: set[str | None]
) -> PriorityDispatchResult:
    assert context.connection is not None
    assert context.dialect is not None
    assert context.metadata is not None
    default = context.dialect.default_schema_name
    found = {
        (None if enum["schema"] == default else enum["schema"], enum["name"]): enum["labels"]
        for enum in inspect(context.connection).get_enums(schema="*")  # type: ignore[attr-defined]
    }
    metadata = context.metadata if not isinstance(context.metadata, Sequence) else None
    tables = metadata.tables.values() if metadata is not None else ()
    declared = {
        key: values
        for table in tables
        for column in table.columns
        for key, values in _of(column, context.dialect)
    }
    gone = {
        key
        for operation in walk.single(upgrade)
        for column in _dropped(operation)
        for key, _ in _of(column, context.dialect)
        if key in found and key not in declared
    }
    made = [
        CreateEnumOp(key[1], values, schema=key[0])
        for key, values in declared.items()
        if key not in found
    ]
    changed = [
        operation
        for key, values in declared.items()
        if key in found
        for operation in _changes(key, found[key], values)
    ]
    dropped = [DropEnumOp(key[1], found[key], schema=key[0]) for key in sorted(gone, key=str)]
    upgrade.ops[:] = [*made, *changed, *upgrade.ops, *dropped]
    return PriorityDispatchResult.CONTINUE


def _of(column: "Column[Any]", dialect: Dialect) -> Iterator[tuple[Key, Sequence[str]]]:
    """The enum of a column, with its values."""
    type_ = column.type.dialect_impl(dialect)
    if isinstance(type_, ARRAY):
        type_ = type_.item_type.dialect_impl(dialect)
    if isinstance(type_, ENUM) and type_.name:
        schema = None if type_.schema == dialect.default_schema_name else type_.schema
        yield (schema, str(type_.name)), list(type_.enums)


def _dropped(operation: ops.MigrateOperation) -> "Iterator[Column[Any]]":
    if isinstance(operation, ops.DropColumnOp):
        yield operation.to_column()
    elif isinstance(operation, ops.DropTableOp):
        yield from operation.to_table().columns


def _changes(
    key: Key, found: Sequence[str], declared: Sequence[str]
) -> Iterator[ops.MigrateOperation]:
    schema, name = key
    differing = DifferingEnumOp(name, found, declared, schema=schema)
    if differing.removed or differing.reordered:
        yield differing
    there = list(found)
    for place, value in enumerate(declared):
        if value in there or value in differing.renamed.values():
            continue
        after = next((other for other in declared[:place][::-1] if other in there), None)
        before = None if after is not None else next(iter(there), None)
        there.append(value)
        yield AddEnumValueOp(name, value, before=before, after=after, schema=schema)


def setup(plugin: Plugin) -> None:
    """Register the comparison, which sees what the others found."""
    plugin.add_autogenerate_comparator(
        _compare, "schema", qualifier="postgresql", priority=DispatchPriority.LAST
    )


Plugin.setup_plugin_from_module(sys.modules[__name__], NAME)
