"""The printed advice for a table under a new name, followed to the letter on each database."""

import json
import re
import shlex
from pathlib import Path

import pytest

from stratakit.revisions.review_comments import COMMENT, find_comments
from tests.stratakit.environments.projects import Project
from tests.stratakit.environments.test_constraints import declare, project, run

__all__ = ["project"]

NOTE = """

class Note(Base):
    __tablename__ = "{name}"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(sa.String(9), index=True)
    code: Mapped[str] = mapped_column(sa.String(9), index=True, unique=True)
"""
CODE = r"op\.\w+\((?:'[^']*'(?:, )?|\"[^\"]*\")+\)"


def settle(file: Path) -> None:
    """Delete the review comments of a revision."""
    file.write_bytes(COMMENT.sub(b"", file.read_bytes()))


@pytest.mark.slow
@pytest.mark.parametrize("project", ["postgresql", "mysql", "sqlite"], indirect=True)
def test_a_renamed_table_takes_its_indexes_along(project: Project) -> None:
    declare(project, NOTE.format(name="notes"))
    for path in json.loads(run(project, "create", "one", "--json"))["paths"]:
        settle(project.root / path)
    run(project, "record")
    run(project, "upgrade")
    declare(project, NOTE.format(name="remarks"))
    answer = json.loads(run(project, "create", "two", "--json"))
    file, *others = [project.root / path for path in answer["paths"]]
    (advice,) = [each.text for each in find_comments([file, *others]) if "rename" in each.text]
    for other in others:
        other.unlink()
    downgrades = advice.split("downgrade() by")
    upgrade = re.findall(CODE, re.split(r"\band (?:both )?in $", downgrades[0])[0])
    first, *rest = downgrades[1:]
    later, _, again = first.partition("Replace the operations")
    upgrade += re.findall(CODE, again)
    downgrade = [*re.findall(CODE, "".join(rest)), *re.findall(CODE, later)]
    head = file.read_text().partition("def upgrade")[0]
    body = "def upgrade():\n    {}\n\n\ndef downgrade():\n    {}\n"
    source = head + body.format("\n    ".join(upgrade), "\n    ".join(downgrade))
    file.write_text(source)
    settle(file)
    for command in re.findall(r"stratakit (record|create '.*?')", advice) or ["record"]:
        run(project, *shlex.split(command))
    for arguments in (["upgrade"], ["check", "--models"], ["downgrade"], ["drift"], ["upgrade"]):
        run(project, *arguments)
