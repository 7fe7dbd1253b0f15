"""The pipeline from Alembic's operations to the revisions that are written."""

from collections.abc import Callable
from typing import Any

from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext

from stratakit.autogenerate import describe, rename_prompt, review_comments, rewriters
from stratakit.autogenerate.data_migration import BatchesOp
from stratakit.autogenerate.rewriters import constraint_names, schemas
from stratakit.config import Config
from stratakit.operations import walk


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
        constraint_names.given(operations)
        if rename_prompt.at_a_terminal():
            rename_prompt.settle(operations, config.database)
        operations.reverse_into(script.downgrade_ops_list[0])
        for sentence in describe.sentences(operations):
            told(sentence)
    among = [each for operations in script.upgrade_ops_list for each in walk.single(operations)]
    rewriters.settle(
        directives,
        context.opts["target_metadata"],
        config.database,
        config.server_version,
    )
    for script in directives:
        review_comments.annotate(script, config.database, among)
    schemas.create(context, directives)
