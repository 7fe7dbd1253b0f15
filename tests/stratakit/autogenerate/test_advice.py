"""The advice of a review comment, followed to the letter, leads to a green check."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from stratakit.revisions.review_comments import COMMENT, find_comments
from tests.stratakit.environments.projects import COLOUR, ITEMS, MODELS, Project, working_in
from tests.stratakit.environments.shapes import HEAD, PLAIN

NAME = "    name: Mapped[str] = mapped_column(sa.String(50))\n"
REQUIRED = "    colour: Mapped[str] = mapped_column(sa.String(20))\n"
NOTE = """

class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(sa.String(9))
"""
NOTES = (
    ITEMS.replace("items", "notes").replace('"name"', '"body"').replace("String(50)", "String(9)")
)
BEFORE = MODELS + NOTE
RENAMED = {
    "a column": BEFORE.replace(NAME, NAME.replace("name:", "title:")),
    "a table": BEFORE.replace('"notes"', '"remarks"'),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    project = Project(tmp_path, HEAD + PLAIN)
    (tmp_path / "migrations/versions/a2_seed.py").unlink()
    notes = NOTES.replace('"a1"', '"a2"').replace("down_revision = None", 'down_revision = "a1"')
    project.write("migrations/versions/a2_notes.py", notes)
    project.write("app/models.py", BEFORE)
    project.write("strata.toml", 'database = "sqlite"\n')
    monkeypatch.chdir(tmp_path)
    with working_in(tmp_path):
        assert project.run("upgrade").status == 0
        assert project.run("record").status == 0
        yield project


def create(project: Project) -> tuple[Path, str]:
    """Write a revision; return its file and the text of its review comments."""
    answer = json.loads(project.run("create", "change of the items", "--json").stdout)
    file = project.root / answer["paths"][0]
    return file, "\n".join(each.text for each in find_comments([file]))


def settle(project: Project, file: Path, source: str) -> None:
    """Write a revision without its comments, and check all."""
    file.write_text(COMMENT.sub(b"", source.encode()).decode())
    for verb in ("record", "upgrade", "check"):
        outcome = project.run(verb)
        assert outcome.status == 0, f"{verb}: {outcome}\n{file.read_text()}"
    assert "agree" in outcome.stdout


def test_a_server_default_in_the_model_and_in_the_revision(project: Project) -> None:
    project.write("app/models.py", BEFORE.replace(NAME, NAME + REQUIRED))
    file, advice = create(project)
    assert "server_default=..." in advice
    given = 'sa.String(length=20), server_default="grey", '
    project.write(
        "app/models.py", BEFORE.replace(NAME, NAME + REQUIRED.replace("sa.String(20)", given))
    )
    settle(project, file, file.read_text().replace("sa.String(length=20), ", given))


def test_a_column_that_is_added_nullable_first(project: Project) -> None:
    project.write("app/models.py", BEFORE.replace(NAME, NAME + REQUIRED))
    file, advice = create(project)
    assert "add it nullable" in advice
    project.write("app/models.py", BEFORE.replace(NAME, NAME + COLOUR))
    settle(project, file, file.read_text().replace("nullable=False", "nullable=True"))


@pytest.mark.parametrize("models", RENAMED.values(), ids=[*RENAMED])
def test_a_rename_in_place_of_a_drop_and_an_addition(project: Project, models: str) -> None:
    project.write("app/models.py", models)
    file, advice = create(project)
    match = re.search(r": (op\..*?\)) .* downgrade\(\) .*: (op\..*\))", advice)
    assert match, advice
    head = file.read_text().partition("def upgrade")[0]
    body = "def upgrade():\n    {}\n\n\ndef downgrade():\n    {}\n"
    settle(project, file, head + body.format(*match.groups()))
    assert project.run("downgrade", "a2").status == 0
