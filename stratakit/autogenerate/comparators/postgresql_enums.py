"""Comparison of PostgreSQL's enums with those of the models, which Alembic leaves out.

A value is added or renamed in place. A value that the models no longer have cannot be dropped: that
needs another type, and rewrites every table that has a column of the enum.
"""

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops
from alembic.runtime.plugins import Plugin
from alembic.util import DispatchPriority, PriorityDispatchResult
from sqlalchemy import Column, inspect
from sqlalchemy.engine.interfaces import Dialect

from stratakit.operations.enums import (
    AddEnumValueOp,
    CreateEnumOp,
    DropEnumOp,
    UnresolvedEnumChangeOp,
)
from stratakit.operations.walk import flatten
from stratakit.orm.stored_type import stored_enum

PLUGIN = "stratakit.enums"
Key = tuple[str | None, str]
"""The schema of an enum, None for the default one, and its name."""


def _compare(
    context: AutogenContext, upgrade: ops.UpgradeOps, _schemas: set[str | None]
) -> PriorityDispatchResult:
    assert context.connection is not None
    assert context.dialect is not None
    assert context.metadata is not None
    default = context.dialect.default_schema_name
    reflected = {
        (None if enum["schema"] == default else enum["schema"], enum["name"]): enum["labels"]
        for enum in inspect(context.connection).get_enums(schema="*")  # type: ignore[attr-defined]
    }
    metadata = context.metadata if not isinstance(context.metadata, Sequence) else None
    tables = metadata.tables.values() if metadata is not None else ()
    declared = {
        key: values
        for table in tables
        for column in table.columns
        for key, values in _enums(column, context.dialect)
    }
    unused = {
        key
        for operation in flatten(upgrade.ops)
        for column in _dropped_columns(operation)
        for key, _ in _enums(column, context.dialect)
        if key in reflected and key not in declared
    }
    creates = [
        CreateEnumOp(key[1], values, schema=key[0])
        for key, values in declared.items()
        if key not in reflected
    ]
    changes = [
        operation
        for key, values in declared.items()
        if key in reflected
        for operation in _changes(key, reflected[key], values)
    ]
    drops = [DropEnumOp(key[1], reflected[key], schema=key[0]) for key in sorted(unused, key=str)]
    upgrade.ops[:] = [*creates, *changes, *upgrade.ops, *drops]
    return PriorityDispatchResult.CONTINUE


def _enums(column: "Column[Any]", dialect: Dialect) -> Iterator[tuple[Key, Sequence[str]]]:
    """Return the enum of a column, if it has one, with its values."""
    if type_ := stored_enum(column.type, dialect):
        schema = None if type_.schema == dialect.default_schema_name else type_.schema
        yield (schema, str(type_.name)), list(type_.enums)


def _dropped_columns(operation: ops.MigrateOperation) -> "Iterator[Column[Any]]":
    if isinstance(operation, ops.DropColumnOp):
        yield operation.to_column()
    elif isinstance(operation, ops.DropTableOp):
        yield from operation.to_table().columns


def _changes(
    key: Key, reflected: Sequence[str], declared: Sequence[str]
) -> Iterator[ops.MigrateOperation]:
    schema, name = key
    unresolved = UnresolvedEnumChangeOp(name, reflected, declared, schema=schema)
    if unresolved.removed or unresolved.is_reordered:
        yield unresolved
    values = list(reflected)
    for position, value in enumerate(declared):
        if value in values or value in unresolved.rename_candidates.values():
            continue
        after = next((other for other in declared[:position][::-1] if other in values), None)
        before = None if after is not None else next(iter(values), None)
        values.append(value)
        yield AddEnumValueOp(name, value, before=before, after=after, schema=schema)


def setup(plugin: Plugin) -> None:
    """Register the comparison, which runs after the others and sees what they found."""
    plugin.add_autogenerate_comparator(
        _compare, "schema", qualifier="postgresql", priority=DispatchPriority.LAST
    )


Plugin.setup_plugin_from_module(sys.modules[__name__], PLUGIN)
