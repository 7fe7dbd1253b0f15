"""What Alembic's comparison is told, and what happens to a revision before it is written."""

from collections.abc import Callable, Sequence
from functools import partial
from shlex import quote
from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import _repr_type
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Enum, MetaData, TypeDecorator
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.types import TypeEngine, UserDefinedType

from strata import (
    doubts,
    enums,
    findings,
    forms,
    kept,
    production,
    reflected,
    renames,
    same_defaults,
    schemas,
    words,
)
from strata.batches import BatchesOp
from strata.config import Config
from strata.errors import Problem
from strata.forms import names
from strata.log import LOG

# Compared beside tables, columns, indexes and constraints:
# https://alembic.sqlalchemy.org/en/latest/autogenerate.html
PLUGINS = [
    "alembic.autogenerate.*",
    "alembic.ext.checkconstraint_byname",
    enums.NAME,
    reflected.PLUGIN,
    same_defaults.PLUGIN,
]
SAYS_NOTHING = {
    "change", "changes", "fix", "fixes", "migration", "misc", "new", "schema", "stuff", "test",
    "tmp", "update", "updates", "wip",
}  # fmt: skip


def comparison(metadata: MetaData, allowed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Alembic's options for comparing a database with tables that are declared.

    Args:
        metadata: the tables.
        allowed: what may be in the database beside them, as strata.toml says it.
    """
    named = schemas.declared(metadata)
    return {
        "target_metadata": metadata,
        "compare_type": _type_differs,
        "compare_server_default": True,
        "autogenerate_plugins": PLUGINS,
        "include_schemas": bool(named),
        "include_name": partial(_belongs_to_the_service, named),
        "include_object": partial(kept.include_object, metadata, allowed),
    }


def refuse_without_template(config: Config) -> None:
    """Raise a Problem where the file is gone that new revisions are written from."""
    template = config.script_location / "script.py.mako"
    if not template.is_file():
        raise Problem(
            f"{template} is missing.",
            why="A new revision is written from it.",
            remedy=f"Bring it back: git -C {quote(str(template.parent))} checkout -- "
            f"{template.name}",
        )


def refuse_creation(
    config: Config, arguments: dict[str, Any], heads: Sequence[str], applied: Sequence[str]
) -> None:
    """Raise a Problem where a revision should not be made now, or not under this message.

    Args:
        config: the service's.
        arguments: of Alembic's `revision` command; without a message it only compares.
        heads: the newest revisions.
        applied: the revisions at which the database stands.
    """
    message = arguments["message"]
    if message is not None:
        refuse_without_template(config)
    if message is not None and production.in_production(config):
        raise Problem(
            "A revision is not made in production.",
            why="What autogenerate finds here would be written without review and lost with the "
            "container.",
            remedy='Make it in development: python scripts/migrate.py create "..."',
        )
    if message is not None and set(message.lower().split()) <= SAYS_NOTHING:
        raise Problem(
            f"The message {message!r} does not say what the revision does.",
            why="The message is its file's name and its line in the history.",
            remedy='Name what changes: python scripts/migrate.py create "add user phone number"',
        )
    if arguments["autogenerate"] and set(applied) != set(heads):
        raise Problem(
            f"The database stands at {', '.join(applied) or 'no revision'}, and the newest is "
            f"{', '.join(heads)}.",
            why="What is pending would be found a second time.",
            remedy="Apply it first: python scripts/migrate.py upgrade",
        )


def review(
    config: Config,
    told: Callable[[str], object],
    context: MigrationContext,
    _revision: Any,
    directives: list[MigrationScript],
) -> None:
    """Alembic's `process_revision_directives`, behind the first two arguments.

    Write no file when nothing has changed, and else safe forms, with findings where there is none.

    An empty revision, which is asked for without autogenerate, gets a pattern for data.

    Args:
        config: the service's.
        told: called with what changes, a sentence each.
    """
    arguments = context.opts["revision_context"].command_args
    only_compares = arguments["message"] is None
    if only_compares:
        return
    script = directives[0]
    if not arguments["autogenerate"]:
        for operations in script.upgrade_ops_list:
            operations.ops.append(BatchesOp())
        return
    if all(operations.is_empty() for operations in script.upgrade_ops_list):
        directives.clear()
        return
    for operations in script.upgrade_ops_list:
        names.given(operations)
        if renames.at_a_terminal():
            renames.settle(operations, config.database)
        operations.reverse_into(script.downgrade_ops_list[0])
        for sentence in words.sentences(operations):
            told(sentence)
    among = [each for operations in script.upgrade_ops_list for each in words.single(operations)]
    forms.settle(
        directives,
        context.opts["target_metadata"],
        config.database,
        config.server_version,
    )
    for script in directives:
        findings.annotate(script, config.database, among)
    schemas.create(config, context, directives)


def render_item(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Alembic's `render_item`: the database's type instead of the application's decorator of it.

    A revision that imports the application breaks when the application changes.
    """
    if kind == "type" and isinstance(item, TypeDecorator):
        return str(_repr_type(item.impl_instance, context))
    if kind == "type" and isinstance(item, UserDefinedType) and doubts.of_a_library(item):
        # Alembic writes the module and does not import it.
        context.imports.add(f"import {type(item).__module__}")
    if kind == "type" and isinstance(item, Enum) and context.dialect is not None:
        own = item.dialect_impl(context.dialect)
        if isinstance(own, postgresql.ENUM) and own.name:
            # op.create_enum makes it, once for all columns.
            context.imports.add("from sqlalchemy.dialects import postgresql")
            schema = f", schema={own.schema!r}" if own.schema else ""
            values = ", ".join(map(repr, own.enums))
            return f"postgresql.ENUM({values}, name={str(own.name)!r}{schema}, create_type=False)"
    return False


def _type_differs(
    _context: MigrationContext,
    _inspected: Any,
    _declared: Any,
    inspected_type: TypeEngine[Any],
    declared_type: TypeEngine[Any],
) -> bool | None:
    """See the order of an enum's values on MySQL, by which rows are kept.

    Returns:
        None where Alembic's own comparison decides.
    """
    if isinstance(inspected_type, mysql.ENUM) and isinstance(declared_type, Enum):
        return list(inspected_type.enums) != list(declared_type.enums)
    return None


def _belongs_to_the_service(
    schemas: set[str], name: str | None, kind: str, _parents: object
) -> bool:
    if kind == "schema":
        return name is None or name in schemas
    return not (kind == "table" and name == LOG.name)
