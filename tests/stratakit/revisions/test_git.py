"""Revision files as git has them, on small repositories."""

import subprocess
from pathlib import Path

import pytest

from stratakit.diagnostics.errors import UsageError
from stratakit.process.git import git
from stratakit.revisions.git import (
    changed_files,
    find_revision,
    find_version,
    is_committed,
    list_files,
    list_main_files,
)
from tests.stratakit.revisions.files import commit_all, write_revision


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """A folder of two committed revisions, with a quote and a space in its path."""
    folder = tmp_path / "it's here" / "versions"
    write_revision(folder, "a1", message="größe")
    write_revision(folder, "b2", "a1")
    commit_all(tmp_path)
    return folder


def _root(versions: Path) -> Path:
    return versions.parent.parent


def test_nothing_is_changed_after_a_commit(versions: Path) -> None:
    assert list(changed_files(versions)) == []


@pytest.mark.parametrize("branch", ["main", "feature"])
@pytest.mark.parametrize("committed", [True, False])
@pytest.mark.parametrize("delete", [True, False])
def test_an_edited_or_deleted_file_can_be_restored(
    versions: Path, branch: str, committed: bool, delete: bool
) -> None:
    path = versions / "a1_größe.py"
    before = path.read_bytes()
    git(_root(versions), "checkout", "--quiet", "-B", branch, check=True)
    if delete:
        path.unlink()
    else:
        path.write_bytes(before + b"# edited\n")
    if committed:
        commit_all(_root(versions), "Edit")
    changed = list(changed_files(versions))
    if branch == "main" and committed:
        # The main branch itself has the edit now.
        assert changed == []
        return
    (file,) = changed
    assert (file.name, file.content()) == ("a1_größe.py", before)
    subprocess.run(file.restore_command, shell=True, check=True, cwd="/", capture_output=True)
    assert path.read_bytes() == before


def test_a_new_file_and_another_kind_of_file_are_not_changes(versions: Path) -> None:
    write_revision(versions, "c3", "b2")
    (versions / "notes.txt").write_text("new")
    commit_all(_root(versions))
    git(_root(versions), "checkout", "--quiet", "-b", "feature", check=True)
    (versions / "notes.txt").write_text("edited")
    write_revision(versions, "d4", "c3")
    assert list(changed_files(versions)) == []


def test_a_revision_of_another_branch_is_found_by_its_id(versions: Path) -> None:
    git(_root(versions), "checkout", "--quiet", "-b", "feature", check=True)
    # Other files whose names contain the id.
    write_revision(versions, "c33", "b2")
    write_revision(versions, "d4", "b2", message="see c3")
    write_revision(versions, "c3", "b2", name="2025_01_01-c3_add notes.py")
    commit = commit_all(_root(versions))
    git(_root(versions), "checkout", "--quiet", "main", check=True)
    file = find_revision(versions, "c3")
    assert file is not None
    assert (file.name, file.commit) == ("2025_01_01-c3_add notes.py", commit)
    subprocess.run(file.restore_command, shell=True, check=True, cwd="/", capture_output=True)
    assert (versions / file.name).exists()
    assert find_revision(versions, "nowhere") is None


def test_a_deleted_revision_is_found_where_it_was_added(versions: Path) -> None:
    (versions / "a1_größe.py").unlink()
    commit_all(_root(versions))
    file = find_revision(versions, "a1")
    assert file is not None
    assert b"revision: str = 'a1'" in file.content()


def test_the_version_of_a_file_is_found_by_its_content(versions: Path) -> None:
    path = versions / "b2_change.py"
    before = path.read_bytes()
    path.write_bytes(b"1")
    second = commit_all(_root(versions))
    path.write_bytes(b"2")
    file = find_version(path, lambda source: source == b"1")
    assert file is not None
    assert (file.commit, file.content()) == (second, b"1")
    first = find_version(path, lambda source: source == before)
    assert first is not None
    assert first.commit != second
    assert find_version(path, lambda source: source == b"2") is None


def test_the_files_are_those_where_the_branch_began(versions: Path) -> None:
    first = git(versions, "rev-parse", "HEAD").decode().strip()
    names = {"a1_größe.py", "b2_change.py"}
    git(_root(versions), "checkout", "--quiet", "-b", "feature", check=True)
    write_revision(versions, "c3", "b2")
    commit_all(_root(versions))
    assert list_files(versions, None) == names
    assert list_files(versions, first) == names
    assert list_files(versions, "feature") == names | {"c3_change.py"}
    with pytest.raises(UsageError):
        list_files(versions, "no-such-branch")


def test_the_files_of_the_main_branch_are_those_at_its_tip(versions: Path) -> None:
    git(_root(versions), "checkout", "--quiet", "-b", "feature", check=True)
    git(_root(versions), "checkout", "--quiet", "main", check=True)
    write_revision(versions, "c3", "b2")
    commit_all(_root(versions))
    git(_root(versions), "checkout", "--quiet", "feature", check=True)
    assert list_main_files(versions) == {"a1_größe.py", "b2_change.py", "c3_change.py"}
    assert list_files(versions, None) == {"a1_größe.py", "b2_change.py"}


def test_the_remote_goes_before_the_local_main_branch(versions: Path, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    git(_root(versions), "clone", "--quiet", ".", str(clone), check=True)
    folder = clone / "it's here" / "versions"
    write_revision(folder, "c3", "b2")
    commit_all(clone)
    (folder / "c3_change.py").unlink()
    assert [file.name for file in changed_files(folder)] == []
    assert list_main_files(folder) == {"a1_größe.py", "b2_change.py"}


def test_a_file_is_committed_when_the_last_commit_has_it(versions: Path) -> None:
    assert is_committed(versions / "a1_größe.py")
    assert not is_committed(write_revision(versions, "c3", "b2"))
    (versions / "a1_größe.py").unlink()
    assert is_committed(versions / "a1_größe.py")


def test_without_a_repository_there_is_nothing(tmp_path: Path) -> None:
    path = write_revision(tmp_path, "a1")
    assert list(changed_files(tmp_path)) == []
    assert list_files(tmp_path, None) == set()
    assert list_main_files(tmp_path) is None
    assert find_revision(tmp_path, "a1") is None
    assert find_version(path, lambda _: True) is None
    assert not is_committed(path)
