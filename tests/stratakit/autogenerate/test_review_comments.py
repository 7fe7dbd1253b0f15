"""Review comments as autogenerate writes them into a revision."""

import tempfile
from pathlib import Path

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from stratakit.autogenerate.review_comments import ReviewCommentOp
from stratakit.revisions.review_comments import find_comments

CONTEXT = AutogenContext(MigrationContext.configure(dialect_name="sqlite"))
WORDS = st.sampled_from(["a", "recipe", "add-column", "books.isbn", "--value", "x" * 99])


@given(st.lists(WORDS, min_size=1, max_size=40))
def test_a_command_in_a_comment_is_printed_as_it_was_written(words: list[str]) -> None:
    comment = ReviewCommentOp(" ".join(words))
    lines = renderers.dispatch(comment)(CONTEXT, comment)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a1.py")
        file.write_text("\n".join(lines))
        (found,) = find_comments([file])
    assert found.text == comment.text
