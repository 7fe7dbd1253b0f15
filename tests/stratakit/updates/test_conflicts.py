"""Conflicts that an update left in a repository."""

from pathlib import Path
from shlex import split

import pytest

from stratakit.process.git import git
from stratakit.updates.conflicts import find_conflicts

MARKED = "a\n<<<<<<< before updating\nb\n=======\nc\n>>>>>>> after updating\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet", check=True)
    return tmp_path


def _write(root: Path, name: str, text: str, *, add: bool = False) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if add:
        git(root, "add", "--force", "--", name, check=True)


@pytest.mark.parametrize("add", [True, False])
@pytest.mark.parametrize("name", ["app/main.py", "a b.py", "it's.py", "größe.py"])
def test_conflict_markers_are_found_with_their_line(repository: Path, name: str, add: bool) -> None:
    _write(repository, name, MARKED, add=add)
    (finding,) = find_conflicts(repository)
    assert (finding.rule, finding.file, finding.line) == ("update-conflict", name, 2)
    assert split(finding.hint)[-1] == name


@pytest.mark.parametrize("add", [True, False])
@pytest.mark.parametrize("name", ["app/main.py.rej", "it's a b.py.rej", "größe.rej"])
def test_a_rejected_hunk_is_found_even_where_it_is_ignored(
    repository: Path, name: str, add: bool
) -> None:
    _write(repository, ".gitignore", "*.rej\n", add=True)
    _write(repository, name, "@@", add=add)
    (finding,) = find_conflicts(repository)
    assert (finding.rule, finding.file, finding.line) == ("update-conflict", name, 0)
    assert split(finding.hint)[-1] == name


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "=======\n"),
        ("a.md", "<<<<<<< only\n"),
        ("a.md", ">>>>>>> first\n<<<<<<< second\n"),
        ("a.md", " <<<<<<< a\n >>>>>>> b\n"),
        ("a.md", "<<<<<<<\n>>>>>>>\n"),
        ("a.bin", "\0" + MARKED),
        (".venv/lib/x.rej", "@@"),
    ],
)
def test_other_files_are_not_conflicts(repository: Path, name: str, text: str) -> None:
    _write(repository, name, text)
    assert find_conflicts(repository) == []


def test_an_ignored_file_has_no_conflict(repository: Path) -> None:
    _write(repository, ".gitignore", "build/\n")
    _write(repository, "build/main.py", MARKED)
    assert find_conflicts(repository) == []


def test_a_deleted_reject_is_none(repository: Path) -> None:
    _write(repository, "a.rej", "@@", add=True)
    (repository / "a.rej").unlink()
    assert find_conflicts(repository) == []


def test_outside_of_a_repository_there_are_none(tmp_path: Path) -> None:
    _write(tmp_path, "a.py", MARKED)
    assert find_conflicts(tmp_path) == []
