"""`create` writes what changed since the commit where the work began, and no older difference."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stratakit.process.git import git
from tests.stratakit.commands.old_project import (
    DIFFERENCES,
    REVISION,
    OldProject,
    old_project,
)
from tests.stratakit.revisions.files import commit_all


@pytest.fixture(params=["postgresql", "mysql", "sqlite"])
def project(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OldProject]:
    with old_project(request.param, tmp_path, monkeypatch) as project:
        commit_all(tmp_path)
        yield project


@pytest.fixture
def on_sqlite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OldProject]:
    with old_project("sqlite", tmp_path, monkeypatch) as project:
        commit_all(tmp_path)
        yield project


def test_one_new_column_is_one_revision_and_what_is_older_is_named(project: OldProject) -> None:
    project.add_colour()
    created = project.run("create", "add colour")
    assert created.status == 0, created
    assert len(project.revisions) == 1
    assert set(project.written()) <= {"add_column", "batch_alter_table"}
    for difference in DIFFERENCES:
        assert f"\n  {difference}\n" in created.stdout


def test_nothing_that_only_the_revisions_have_is_dropped_in_passing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A drop of such a column fails, too, if the same change alters what it is computed from."""
    more = [
        'sa.Column("search", sa.Text, sa.Computed("lower(note)", persisted=True))',
        'sa.CheckConstraint("note <> \'\'", name="filled")',
    ]
    note = 'sa.Column("note", sa.String(20), nullable=False),'
    with old_project("postgresql", tmp_path, monkeypatch) as project:
        revision = REVISION.replace(note, f"{note} {', '.join(more)},")
        project.write("migrations/versions/a1_items.py", revision)
        commit_all(tmp_path)
        project.add_colour()
        created = project.run("create", "add colour")
        assert created.status == 0, created
        assert project.written() == ["add_column"]
        for difference in ("drops column items.search", "drops constraint filled of items"):
            assert f"\n  {difference}\n" in created.stdout


def test_older_differences_are_written_on_request(on_sqlite: OldProject) -> None:
    nothing = on_sqlite.run("create", "old differences")
    assert nothing.status == 1
    assert on_sqlite.revisions == []
    command = "stratakit create --all 'old differences'"
    assert command in nothing.stdout
    assert on_sqlite.run("create", "--all", "old differences").status == 0
    assert {"alter_column", "drop_index", "drop_table"} <= {*on_sqlite.written()}


def test_a_difference_committed_on_the_branch_is_not_older(on_sqlite: OldProject) -> None:
    git(on_sqlite.root, "checkout", "--quiet", "-b", "colours", check=True)
    on_sqlite.add_colour()
    commit_all(on_sqlite.root)
    assert on_sqlite.run("create", "add colour").status == 0
    assert on_sqlite.written() == ["batch_alter_table", "add_column"]
    commit_all(on_sqlite.root)
    on_sqlite.edit_models("    colour: Mapped[str | None] = mapped_column(sa.String(20))\n", "")
    # main has no such column either, and its revisions do not make one.
    assert on_sqlite.run("create", "no colour").status == 0
    assert "drop_column" in on_sqlite.written()


def test_the_first_revision_has_all_tables(on_sqlite: OldProject) -> None:
    (on_sqlite.root / "migrations/versions/a1_items.py").unlink()
    commit_all(on_sqlite.root)
    assert on_sqlite.run("create", "first").status == 0
    assert on_sqlite.written().count("create_table") == 2


def test_without_a_commit_that_can_be_compared_everything_is_written(
    on_sqlite: OldProject,
) -> None:
    models = on_sqlite.root / "app" / "models.py"
    text = models.read_text(encoding="utf-8")
    models.write_text(f"import nothing_of_the_kind\n{text}", encoding="utf-8")
    commit_all(on_sqlite.root)
    models.write_text(text, encoding="utf-8")
    created = on_sqlite.run("create", "all")
    assert created.status == 0
    assert "cannot be compared" in created.stdout
    assert "nothing_of_the_kind" in created.stdout
    assert "drop_table" in on_sqlite.written()


def test_models_that_are_imported_from_the_working_tree_are_not_those_of_the_commit(
    on_sqlite: OldProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    env = on_sqlite.root / "migrations" / "env.py"
    env.write_text(f"import sys\nsys.path.insert(0, {str(on_sqlite.root)!r})\n{env.read_text()}")
    commit_all(on_sqlite.root)
    on_sqlite.add_colour()
    created = on_sqlite.run("create", "add colour")
    assert "working tree" in created.stdout
    assert {"add_column", "drop_table"} <= {*on_sqlite.written()}


def test_a_commit_is_compared_once(on_sqlite: OldProject, monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_sqlite.run("create", "nothing").status == 1
    monkeypatch.setattr(sys, "executable", "/nonexistent")
    again = on_sqlite.run("create", "nothing")
    assert "drops table legacy" in again.stdout
