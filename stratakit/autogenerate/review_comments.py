"""Hazards as comments in a new revision, above the operations that they concern.

A person fixes the operation or decides that it is intended, and deletes the comment. `check` fails
until then.
"""

import textwrap

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

from stratakit.autogenerate.change import Change, Operations
from stratakit.revisions.review_comments import INDENT, MARK

WIDTH = 85
"""Columns of a comment, which may be indented twice."""


class ReviewCommentOp(ops.MigrateOperation):
    """A comment in a revision's file."""

    def __init__(self, text: str) -> None:
        self.text = text

    def reverse(self) -> ops.MigrateOperation:
        return ops.OpContainer()

    def to_diff_tuple(self) -> tuple[str, str]:
        return ("review_comment", self.text)


@renderers.dispatch_for(ReviewCommentOp)
def _render(_context: AutogenContext, comment: ReviewCommentOp) -> list[str]:
    first, *rest = comment.text.splitlines()
    lines = _wrap(f"{MARK} {first}")
    for line in rest:
        lines += _wrap(f"{INDENT}{line}")
    return lines


def _wrap(line: str) -> list[str]:
    # Without a break within a word, else a command would not run as it is printed.
    return textwrap.wrap(
        line, WIDTH, subsequent_indent=INDENT, break_on_hyphens=False, break_long_words=False
    )


def add_review_comments(change: Change, operations: Operations) -> list[ops.MigrateOperation]:
    """Return operations with their hazards as comments.

    Args:
        change: the change, with its hazards.
        operations: those of a revision; the containers among them are changed in place.
    """
    commented: list[ops.MigrateOperation] = []
    for operation in operations:
        commented += [ReviewCommentOp(text) for text in change.hazards.get(operation, [])]
        if isinstance(operation, ops.OpContainer):
            operation.ops = add_review_comments(change, operation.ops)
        commented.append(operation)
    return commented
