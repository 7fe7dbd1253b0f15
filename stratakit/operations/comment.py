"""A comment among the operations of a revision."""

import textwrap

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops

WIDTH = 94


class CommentOp(ops.MigrateOperation):
    """A comment above the next operation, such as the suppression of a lint rule."""

    def __init__(self, text: str) -> None:
        self.text = text

    def reverse(self) -> ops.MigrateOperation:
        return ops.OpContainer()

    def to_diff_tuple(self) -> tuple[str, str]:
        return ("comment", self.text)


def allow(rule: str, reason: str) -> CommentOp:
    """Return the comment that suppresses a lint rule."""
    return CommentOp(f"migrate: allow {rule} -- {reason}")


@renderers.dispatch_for(CommentOp)
def _render(_context: AutogenContext, comment: CommentOp) -> list[str]:
    if comment.text.startswith("migrate:"):
        return [f"# {comment.text}"]
    return [f"# {line}" for line in textwrap.wrap(comment.text, WIDTH - 2)]
