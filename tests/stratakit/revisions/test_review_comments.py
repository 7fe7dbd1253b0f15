"""Review comments in the files of revisions, which are no part of what is hashed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratakit.revisions.digest import digest
from stratakit.revisions.history import read
from stratakit.revisions.review_comments import INDENT, MARK, remove_comments, unresolved_comments
from tests.stratakit.revisions.files import write_revision

CODE = st.lists(
    st.sampled_from(
        ["", "def upgrade() -> None:", "    op.drop_table('a')", "    # a comment", "#", "# x"]
    ),
    max_size=6,
)
WORDS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("source", "without"),
    [
        ("a\n# FINDING: x\nb\n", "a\nb\n"),
        ("a\n    # FINDING: x\n    #   more\n    #   and more\nb\n", "a\nb\n"),
        ("a\n# FINDING: x", "a\n"),
        ("a\n# FINDING: x\n#   more", "a\n"),
        ("# FINDING: x\n# FINDING: y\n#   more\nb\n", "b\n"),
        ("# FINDING: x\n# another comment\n", "# another comment\n"),
        ("# FINDING: x\n\n#   not its own\n", "\n#   not its own\n"),
        ("a  # FINDING: x\n", "a  # FINDING: x\n"),
        ("# FINDINGS: x\n", "# FINDINGS: x\n"),
        ("", ""),
    ],
)
def test_only_review_comments_are_removed(source: str, without: str) -> None:
    assert remove_comments(source.encode()) == without.encode()


def test_each_comment_is_found_with_its_line(tmp_path: Path) -> None:
    path = write_revision(tmp_path, "a1")
    path.write_text(
        "revision = 'a1'\n# FINDING: notes   are\n#   dropped: größe\n\n    # FINDING: b\n"
    )
    other = write_revision(tmp_path, "b2", "a1")
    other.write_text("# FINDING: c\nrevision = 'b2'\n")
    write_revision(tmp_path, "c3", "b2")
    assert unresolved_comments(read(tmp_path)) == [
        (path, 2, "notes are dropped: größe"),
        (path, 5, "b"),
        (other, 1, "c"),
    ]


@given(before=CODE, after=CODE, first=WORDS, more=st.lists(WORDS, max_size=3))
def test_a_comment_does_not_change_the_hash_and_its_removal_does_not_change_the_code(
    before: list[str], after: list[str], first: str, more: list[str]
) -> None:
    comment = [f"    {MARK} {first}", *(f"    {INDENT}{line}" for line in more)]
    code = "".join(f"{line}\n" for line in [*before, *after]).encode()
    with_comment = "".join(f"{line}\n" for line in [*before, *comment, *after]).encode()
    assert remove_comments(with_comment) == code
    assert digest(with_comment) == digest(code)
