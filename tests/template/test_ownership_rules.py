"""Each line in which copier.yml says what is the team's: taken out, something is lost."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import copier
import pytest
import yaml

from tests.template.ownership import files, owner_of
from tests.template.updates import born, git

REPOSITORY = Path(__file__).resolve().parents[2]
NEWER = "# newer\n"
# What a team has in files that the template does not bring, but might some day.
MADE_LATER = ("local.mk", "compose.override.yaml", "migrations/schema.snapshot")


def _rules() -> tuple[list[str], list[str]]:
    """The lines of `_skip_if_exists`, and those of the update's part of `_exclude`, as written."""
    lines = (REPOSITORY / "copier.yml").read_text().splitlines()
    start = lines.index("_skip_if_exists:") + 1
    kept = [line for line in lines[start : lines.index("", start)] if line.startswith("  - ")]
    start = lines.index("    {% if _copier_operation == 'update' %}") + 1
    return kept, lines[start : lines.index("    {% endif %}", start)]


KEPT, LEFT_OUT = _rules()
Changed = Callable[[str], Path]


@pytest.fixture
def changed(template: Path, tmp_path: Path) -> Changed:
    """The template one release later, where every file is new, without a line of copier.yml."""

    def changed(rule: str) -> Path:
        folder = Path(shutil.copytree(template, tmp_path / "changed"))
        for name in MADE_LATER:
            (folder / "template" / name).write_text(NEWER)
        for file in (folder / "template").rglob("*"):
            if file.is_file() and "answers" not in file.name:
                file.write_text(file.read_text() + NEWER)
        text = (folder / "copier.yml").read_text()
        assert not rule or f"{rule}\n" in text
        (folder / "copier.yml").write_text(text.replace(f"{rule}\n", "", 1) if rule else text)
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", "Newer")
        git(folder, "tag", "v10000")
        return folder

    return changed


def _answers(service: Path) -> Mapping[str, str | bool]:
    given = yaml.safe_load((service / ".copier-answers.yml").read_text())
    return {name: value for name, value in given.items() if not name.startswith("_")}


def _renewed_are_newer(service: Path) -> list[str]:
    return [
        f"{name} was not renewed"
        for name in files(service)
        if owner_of(name) in ("ours", "shared")
        and name != ".copier-answers.yml"
        and not (service / name).read_text().endswith(NEWER)
    ]


def copied_over(template: Path, changed: Path, folder: Path) -> Iterator[str]:
    """What a second copy takes from a team that edited all that is its own."""
    for ci in ("github", "gitlab"):
        life = born(template, folder / ci, "v9999", ci=ci, deploy="kubernetes")
        for name in MADE_LATER:
            life.write(name, "ours\n")
        life.write("tests/items/test_ours.py", "# ours\n")
        for name in files(life.service):
            if owner_of(name) == "yours":
                life.write(name, (life.service / name).read_text() + "# ours\n")
        life.commit()
        answers = dict(_answers(life.service))
        copier.run_copy(
            str(changed), life.service, data=answers, defaults=True, overwrite=True, quiet=True
        )
        yield from life.losses() + _renewed_are_newer(life.service)


def updated_after_deleting(template: Path, changed: Path, folder: Path) -> list[str]:
    """What an update brings back to a team that deleted all that is its own."""
    life = born(template, folder / "service", "v9999", ci="none")
    for name in MADE_LATER:
        life.write(name, "ours\n")
    life.commit()
    for name in files(life.service):
        if owner_of(name) == "yours":
            life.delete(name)
    life.follow(changed)
    copier.run_update(str(life.service), defaults=True, overwrite=True, quiet=True)
    return life.losses() + _renewed_are_newer(life.service)


@pytest.mark.slow
def test_with_all_of_its_rules_nothing_is_lost(
    template: Path, changed: Changed, tmp_path: Path
) -> None:
    newer = changed("")
    assert list(copied_over(template, newer, tmp_path / "copied")) == []
    assert updated_after_deleting(template, newer, tmp_path / "updated") == []


@pytest.mark.slow
@pytest.mark.parametrize("rule", KEPT)
def test_a_copy_takes_something_without_this_rule(
    rule: str, template: Path, changed: Changed, tmp_path: Path
) -> None:
    assert next(copied_over(template, changed(rule), tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("rule", LEFT_OUT)
def test_an_update_brings_something_back_without_this_rule(
    rule: str, template: Path, changed: Changed, tmp_path: Path
) -> None:
    assert updated_after_deleting(template, changed(rule), tmp_path)
