"""docs/migrations.md of a rendered service: its blocks of code, and its recipes as revisions."""

import re
from dataclasses import dataclass
from pathlib import Path

from stratakit.revisions import history
from tests.service import Service

BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
HEADER = '''\
"""by the guide: {id}"""

import sqlalchemy as sa
from alembic import op

revision = {id!r}
down_revision = {follows!r}
branch_labels = None
depends_on = None


'''


@dataclass(frozen=True)
class Block:
    """A block of code: its language and its text."""

    language: str
    text: str

    @property
    def file(self) -> str | None:
        """The file that its first line says it is."""
        found = re.match(r"# (app/\S+)\n", self.text)
        return found[1] if found else None

    @property
    def recipe(self) -> str | None:
        """The name that its first line gives it as a recipe."""
        found = re.match(r"# recipe: (.+)\n", self.text)
        return found[1] if found else None


def guide(root: Path) -> str:
    """The text of the guide."""
    return (root / "docs" / "migrations.md").read_text()


def blocks(root: Path) -> list[Block]:
    """The blocks of code in the guide, in their order."""
    return [Block(found["language"], found["text"]) for found in BLOCK.finditer(guide(root))]


def recipes(root: Path) -> dict[str, str]:
    """The recipes in the guide by their names, in their order."""
    return {block.recipe: block.text for block in blocks(root) if block.recipe}


def follow_recipe(service: Service, revision_id: str, code: str) -> Path:
    """Make a recipe the newest revision of a service."""
    versions = service.root / "migrations" / "versions"
    (follows,) = history.read(versions).heads
    file = versions / f"{revision_id}_by_the_guide.py"
    file.write_text(HEADER.format(id=revision_id, follows=follows) + code)
    return file
