"""A project that uses Alembic and knows nothing of stratakit, and its verbs run in this process."""

import hashlib
import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass
from pathlib import Path

from stratakit import config
from stratakit.alembic_files import read_alembic_files
from stratakit.cli.main import main

INI = """\
[alembic]
script_location = %(here)s/migrations
prepend_sys_path = %(here)s
path_separator = os
"""
MAKO = '''\
"""${message}"""

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''
MODELS = """\
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50))
"""
COLOUR = "    colour: Mapped[str | None] = mapped_column(sa.String(20))\n"
ITEMS = '''\
"""items"""

import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    op.create_table(
        "items",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
    )


def downgrade():
    op.drop_table("items")
'''
SEED = '''\
"""seed"""

from alembic import op

revision = "a2"
down_revision = "a1"


def upgrade():
    op.execute("INSERT INTO items (id, name) VALUES (1, 'seed')")


def downgrade():
    op.execute("DELETE FROM items")
'''


@dataclass(frozen=True)
class Outcome:
    """What a verb printed, and its exit status."""

    status: int
    stdout: str
    stderr: str

    def __str__(self) -> str:
        return f"exit {self.status}\n{self.stdout}\n{self.stderr}"


class Project:
    """A project in a folder of its own.

    Args:
        root: the folder, which is empty.
        env: the text of env.py.
    """

    def __init__(self, root: Path, env: str) -> None:
        self.root = root
        self.write("alembic.ini", INI)
        self.write("app/__init__.py", "")
        self.write("app/models.py", MODELS)
        self.write("migrations/env.py", env)
        self.write("migrations/script.py.mako", MAKO)
        self.write("migrations/versions/a1_items.py", ITEMS)
        self.write("migrations/versions/a2_seed.py", SEED)

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def add_colour(self) -> None:
        """Change a model."""
        self.write("app/models.py", MODELS + COLOUR)

    def run(self, *arguments: str) -> Outcome:
        """Run a verb of the command line, with the project's modules imported anew."""
        self._forget_modules()
        config._load.cache_clear()
        read_alembic_files.cache_clear()
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            status = main(list(arguments))
        return Outcome(status, out.getvalue(), err.getvalue())

    def _forget_modules(self) -> None:
        for name in [*sys.modules]:
            if name.partition(".")[0] == "app":
                del sys.modules[name]


def digest(file: Path) -> str:
    """Return a hash of a file's bytes; empty if there is no file, or an empty one."""
    return (
        hashlib.sha256(file.read_bytes()).hexdigest()
        if file.exists() and file.stat().st_size
        else ""
    )


@contextmanager
def working_in(root: Path) -> Iterator[None]:
    """Work in a project's folder as a user does, and leave no trace of it in this process."""
    path = [*sys.path]
    try:
        yield
    finally:
        sys.path[:] = path
        with suppress(KeyError):
            for name in [*sys.modules]:
                if name.partition(".")[0] == "app":
                    del sys.modules[name]
