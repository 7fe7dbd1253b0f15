"""A revision that repairs one adopted database, and does nothing on all others."""

import secrets
from pathlib import Path

from alembic.autogenerate import produce_migrations
from alembic.autogenerate.api import AutogenContext
from alembic.operations import Operations
from alembic.operations.ops import UpgradeOps
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect, select

from stratakit.alembic_private import render_body
from stratakit.autogenerate import describe, render
from stratakit.autogenerate.rewriters import name_constraints
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError
from stratakit.revisions import alembic_config, guards
from stratakit.revisions.log import LOG
from stratakit.runtime.arguments import comparison_arguments
from stratakit.runtime.environment import Environment

NEEDED = "adopted with differences that {} repairs"
GUARD = """
    # Only a database that was adopted as it was needs this: the others are at the models.
    if not repair.needed(op, revision):
        return
    """


def needed(op: Operations, revision: str) -> bool:
    """Return whether the database was adopted with differences that a revision repairs.

    A new database has no log yet, or no such entry in it.

    Args:
        op: Alembic's operations, as revisions have them.
        revision: the id of the revision that asks.
    """
    if op.get_context().as_sql:
        return False
    note = NEEDED.format(revision)
    connection = op.get_bind()
    if not inspect(connection).has_table(LOG.name):
        return False
    return connection.execute(select(LOG.c.id).where(LOG.c.note == note)).first() is not None


def write_repair(project: Environment, connection: Connection) -> tuple[Path, str, list[str]]:
    """Write a revision that brings the database to the models.

    Args:
        project: what env.py says, with its models and filters.
        connection: to the database, which is only read.

    Returns:
        The file, its revision id, and a sentence for each change.

    Raises:
        StrataError: there are several heads, or no difference that a model can express.
    """
    config, metadata = project.config, project.metadata
    directory = alembic_config.scripts(alembic_config.alembic_config(config, quiet=True))
    guards.require_one_head(directory)
    options = comparison_arguments(config, project.arguments)
    context = MigrationContext.configure(connection, opts=options)
    difference = produce_migrations(context, metadata)
    name_constraints(context, "head", [difference])
    operations = difference.upgrade_ops
    assert operations is not None
    sentences = describe.describe_all(operations.ops)
    if not sentences:
        raise StrataError(
            "The database has everything that the models declare.",
            detail="The remaining differences cannot be expressed in models.",
            hint=f"Write it manually: {MIGRATE} adopt lists it",
        )
    code, imports = _render(operations, context)
    revision = secrets.token_hex(6)
    script = directory.generate_revision(
        revision,
        "repair an adopted database",
        head="head",
        upgrades=f"{GUARD}{code}".strip(),
        downgrades="pass",
        imports="\n".join(sorted({"from stratakit.adopt import repair", *imports})),
    )
    assert script is not None
    return Path(script.path), revision, sentences


def _render(operations: UpgradeOps, context: MigrationContext) -> tuple[str, set[str]]:
    """Render operations as code, and return it with the imports that it needs."""
    options = {
        "sqlalchemy_module_prefix": "sa.",
        "alembic_module_prefix": "op.",
        "user_module_prefix": None,
        "render_as_batch": context.dialect.name == "sqlite",
        "render_item": render.render_item,
    }
    rendering = AutogenContext(context, opts=options)
    return render_body(operations, rendering), rendering.imports
