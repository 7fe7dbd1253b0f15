"""The hash of a revision is that of its code."""

import hashlib
import subprocess
import sys
from shutil import which

import pytest

from stratakit.revisions.digest import digest, has_digest

REVISION = b'''"""Add a note.

Revision: 002
"""

import sqlalchemy as sa
from alembic import op

revision = "002"
down_revision = "001"


def upgrade() -> None:
    """Add it."""
    # FINDING: a comment of autogenerate
    #   on two lines
    op.add_column("items", sa.Column("note", sa.String(50)))
    op.execute(f"UPDATE items SET note = {1!r:>3} WHERE id = 1")


def downgrade() -> None:
    op.drop_column("items", "note")
'''

SAME = [
    (b"    # FINDING: a comment of autogenerate\n    #   on two lines\n", b""),
    (b"    op.drop", b"    # migrate: allow drop-column -- nothing reads it\n    op.drop"),
    (b"Add a note.", b"Add a note to items.\n\nManual steps: none"),
    (b'    """Add it."""\n', b""),
    (b'"002"\ndown', b"'002'\n\n\ndown"),
    (b'op.add_column("items", ', b'op.add_column(\n        "items",\n        '),
    (b'"note")\n', b'"note")\n\n# the end\n'),
]
OTHER = [
    (b"sa.String(50)", b"sa.String(51)"),
    (b'down_revision = "001"', b'down_revision = "000"'),
    (b'"note")\n', b'"note")\n    op.drop_column("items", "price")\n'),
    (b"WHERE id = 1", b"WHERE id = 2"),
    (b"WHERE id = 1", b"WHERE  id = 1"),
    (b"!r:>3", b"!r:>4"),
    (b"def upgrade() -> None:", b"def upgrade(x=None) -> None:"),
    (b'revision = "002"', b'phase = "contract"\nrevision = "002"'),
]

PYTHONS = [
    python
    for version in ("3.11", "3.12", "3.13", "3.14")
    if (python := which(f"python{version}"))
    and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
]
"""The Pythons of this machine: at least the one that runs the tests."""


def edited(old: bytes, new: bytes) -> bytes:
    assert old in REVISION
    return REVISION.replace(old, new, 1)


@pytest.mark.parametrize(("old", "new"), SAME)
def test_comments_docstrings_and_layout_do_not_change_the_hash(old: bytes, new: bytes) -> None:
    assert digest(edited(old, new)) == digest(REVISION)


@pytest.mark.parametrize(("old", "new"), OTHER)
def test_code_is(old: bytes, new: bytes) -> None:
    assert digest(edited(old, new)) != digest(REVISION)
    assert not has_digest(edited(old, new), digest(REVISION))


def test_a_string_that_is_not_a_docstring_counts() -> None:
    assert digest(b"x = 1\n'a'\n") != digest(b"x = 1\n'b'\n")
    assert digest(b"if x:\n    'a'\n    y()\n") != digest(b"if x:\n    'b'\n    y()\n")


def test_invalid_python_is_hashed_as_text() -> None:
    assert digest(b"def (") != digest(b"def ((")
    assert has_digest(b"def (", digest(b"def ("))


def test_the_hashes_that_0_6_0_recorded_are_good() -> None:
    without = edited(*SAME[0])
    assert has_digest(REVISION, hashlib.sha256(without).hexdigest())
    assert not has_digest(edited(*OTHER[0]), hashlib.sha256(without).hexdigest())


@pytest.mark.parametrize("python", PYTHONS)
def test_every_python_hashes_alike(python: str) -> None:
    code = (
        "import runpy, sys, types\n"
        "comments = types.ModuleType('stratakit.revisions.review_comments')\n"
        "comments.remove_comments = lambda source: source\n"
        "for name in ('stratakit', 'stratakit.revisions'):\n"
        "    sys.modules[name] = types.ModuleType(name)\n"
        "sys.modules[comments.__name__] = comments\n"
        "print(runpy.run_path(sys.argv[1])['digest'](sys.stdin.buffer.read()))\n"
    )
    module = sys.modules[digest.__module__].__file__
    done = subprocess.run(
        [python, "-c", code, str(module)], input=REVISION, capture_output=True, check=True
    )
    assert done.stdout.decode().strip() == digest(REVISION)
