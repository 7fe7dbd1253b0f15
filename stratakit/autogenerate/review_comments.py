"""What autogenerate may have got wrong, written into the new revision to be settled there.

A finding is a comment above the operation that it is about. It is settled by mending the operation
or by deciding that it is meant, and deleting the comment; until then `check` fails.
"""

import textwrap
from collections.abc import Iterator, Sequence

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from stratakit.autogenerate import hazards
from stratakit.config import Backend
from stratakit.operations import walk
from stratakit.revisions.review_comments import INDENT, MARK


class FindingOp(ops.MigrateOperation):
    """A comment in a revision's file."""

    def __init__(self, text: str) -> None:
        self.text = text

    def reverse(self) -> ops.MigrateOperation:
        """What undoes a comment: nothing."""
        return ops.OpContainer()

    def to_diff_tuple(self) -> tuple[str, str]:
        """What Alembic's `check` shows of it."""
        return ("finding", self.text)


@renderers.dispatch_for(FindingOp)
def _rendered(_context: AutogenContext, finding: FindingOp) -> list[str]:
    first, *rest = finding.text.splitlines()
    width = 85  # leaves room for the indentation of a batch
    lines = textwrap.wrap(f"{MARK} {first}", width, subsequent_indent=INDENT)
    for line in rest:
        lines += textwrap.wrap(f"{INDENT}{line}", width, subsequent_indent=INDENT)
    return lines


def annotate(
    script: ops.MigrationScript, backend: Backend, among: Sequence[ops.MigrateOperation]
) -> None:
    """Put findings above the operations of a new revision.

    Args:
        script: the new revision.
        backend: of the database.
        among: all that autogenerate made, before it was written in several revisions.
    """
    for operations in script.upgrade_ops_list:
        several = hazards.several_changes(list(walk.single(operations)), among)
        for container in (*operations.ops, operations):
            if isinstance(container, ops.ModifyTableOps | ops.UpgradeOps):
                container.ops = [*_with_findings(container, backend, among)]
        if several:
            operations.ops.insert(0, FindingOp(several))


def _with_findings(
    container: ops.OpContainer, backend: Backend, among: Sequence[ops.MigrateOperation]
) -> Iterator[ops.MigrateOperation]:
    for operation in container.ops:
        for text in hazards.about(operation, among, backend):
            yield FindingOp(text)
        yield operation
