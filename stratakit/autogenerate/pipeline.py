"""Alembic's `process_revision_directives`: a difference goes through the stages to its files."""

from collections.abc import Callable
from typing import Any

from alembic.autogenerate.rewriter import ProcessRevisionDirectiveFn
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext

from stratakit.autogenerate.change import Change
from stratakit.autogenerate.data_migration import add_pattern
from stratakit.autogenerate.describe import describe_all
from stratakit.autogenerate.expressions import render_expressions_exactly
from stratakit.autogenerate.hazards import detect_hazards, detect_unrelated_tables
from stratakit.autogenerate.renames import detect_renames, prompt
from stratakit.autogenerate.rewriters import (
    complete,
    defer_circular_foreign_keys,
    order_table_drops,
)
from stratakit.autogenerate.scripts import build_scripts
from stratakit.autogenerate.steps import create_schemas, split_into_steps
from stratakit.config import Backend

BREAKING_CHANGES = "breaking_changes"
"""The variable of script.py.mako with the breaking changes of each new revision, by its id."""


def build_pipeline(
    backend: Backend,
    server_version: int = 0,
    *,
    notify: Callable[[str], object] | None = None,
    confirm: prompt.Confirm = prompt.confirm,
    plan: Callable[[Change, MigrationContext], None] | None = None,
) -> ProcessRevisionDirectiveFn:
    """Return the hook that replaces Alembic's revision by safe ones, with review comments.

    The hook writes no file if nothing has changed. An empty revision, made without autogenerate,
    gets a pattern for data. A command that only compares, `alembic check`, gets what Alembic found.

    Args:
        backend: the kind of database.
        server_version: the major version of the production server; 0 if it is unknown.
        notify: called with a phrase for each operation of the new revisions.
        confirm: answers whether something was renamed; by default at the terminal.
        plan: sets the steps of a change instead; no revision is written without a step.

    Returns:
        The argument `process_revision_directives` of Alembic's `context.configure()`.
    """

    def process_revision_directives(
        context: MigrationContext, revision: Any, directives: list[MigrationScript]
    ) -> None:
        script = directives[0]
        if _only_compares(context):
            return
        render_expressions_exactly(context)
        if not context.opts["revision_context"].command_args["autogenerate"]:
            add_pattern(context, script)
            return
        if not plan and all(operations.is_empty() for operations in script.upgrade_ops_list):
            del directives[0]
            return
        complete(context, revision, directives)
        operations = [each for container in script.upgrade_ops_list for each in container.ops]
        change = Change(backend, context.opts["target_metadata"], server_version, operations)
        if plan:
            plan(change, context)
            directives[:1] = build_scripts(change, script)
            return
        detect_renames(change, confirm)
        detect_hazards(change)
        defer_circular_foreign_keys(change)
        order_table_drops(change)
        split_into_steps(change)
        detect_unrelated_tables(change)
        create_schemas(change, context)
        if notify:
            for phrase in describe_all(each for step in change.steps for each in step.upgrade):
                notify(phrase)
        # A project's own hook, which ran before, may have added revisions.
        scripts = build_scripts(change, script)
        context.opts["revision_context"].template_args[BREAKING_CHANGES] = {
            each.rev_id: "; ".join(step.breaking_changes)
            for each, step in zip(scripts, change.steps, strict=True)
        }
        directives[:1] = scripts

    return process_revision_directives


def _only_compares(context: MigrationContext) -> bool:
    """Return whether the command is `alembic check`, which has no message.

    `alembic revision` may have none, too, and then has the option for it.
    """
    revision = context.opts["revision_context"]
    has_option = hasattr(revision.config.cmd_opts, "message")
    return revision.command_args["message"] is None and not has_option
