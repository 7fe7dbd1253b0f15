"""The record of the revisions: it is in their order, and tells each edit of a file."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from stratakit.config import Config
from stratakit.process.git import git
from stratakit.revisions.digest import digest
from stratakit.revisions.history import Revision, RevisionHistory, read
from stratakit.revisions.manifest import (
    BASELINE,
    FIRST_LINE,
    hashes_path,
    relative_path,
    render_manifest,
    revision_findings,
    snapshot_path,
    unified_diff,
)
from tests.stratakit.revisions.files import commit_all, write_revision


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """A project with two revisions that are recorded and committed."""
    config = Config(root=tmp_path)
    write_revision(config.versions, "a1")
    write_revision(config.versions, "b2", "a1")
    _record(config)
    commit_all(tmp_path)
    return config


def _record(config: Config) -> None:
    hashes_path(config).write_text(render_manifest(read(config.versions)))


def _findings(config: Config) -> list[tuple[str, str]]:
    found = revision_findings(config, read(config.versions))
    return [(each.rule, Path(each.file).name) for each in found]


def _edit(config: Config, name: str = "a1_change.py") -> Path:
    path = config.versions / name
    path.write_bytes(path.read_bytes() + b"edited = True\n")
    return path


def test_the_record_is_a_line_for_each_revision_in_the_order_of_application(config: Config) -> None:
    first, *lines = hashes_path(config).read_text().splitlines(keepends=True)
    assert first == FIRST_LINE
    assert lines == [
        f"a1 nothing {digest((config.versions / 'a1_change.py').read_bytes())}\n",
        f"b2 a1 {digest((config.versions / 'b2_change.py').read_bytes())}\n",
    ]


@given(data=st.data(), size=st.integers(1, 7))
def test_each_revision_is_recorded_once_and_after_its_parents(
    data: st.DataObject, size: int
) -> None:
    ids = data.draw(st.permutations([f"r{number}" for number in range(size)]))
    parents = {
        each: tuple(data.draw(st.lists(st.sampled_from([*ids[:index], "missing"]), unique=True)))
        for index, each in enumerate(ids)
    }
    history = RevisionHistory(
        {each: Revision(each, parents[each], Path(__file__), "") for each in sorted(ids)}
    )
    lines = render_manifest(history).splitlines()[1:]
    recorded = [line.split()[0] for line in lines]
    assert sorted(recorded) == sorted(ids)
    for line in lines:
        each, following, _ = line.split()
        assert following == (",".join(parents[each]) or "nothing")
        assert all(
            recorded.index(parent) < recorded.index(each)
            for parent in parents[each]
            if parent != "missing"
        )


def test_revisions_that_follow_each_other_are_recorded_all_the_same() -> None:
    path = Path(__file__)
    history = RevisionHistory(
        {
            "a": Revision("a", ("b",), path, ""),
            "b": Revision("b", ("a",), path, ""),
            "c": Revision("c", (), path, ""),
        }
    )
    lines = render_manifest(history).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["c", "a", "b"]


def test_nothing_is_found_after_a_commit(config: Config) -> None:
    assert _findings(config) == []


def _delete(config: Config) -> None:
    (config.versions / "b2_change.py").unlink()


def _comment(config: Config) -> None:
    path = config.versions / "a1_change.py"
    path.write_bytes(b"# FINDING: look at this\n" + path.read_bytes())


def _rename(config: Config) -> None:
    (config.versions / "a1_change.py").rename(config.versions / "a1_other.py")


def _squash(config: Config, name: str = "b2_squash.py") -> None:
    for file in config.versions.glob("*.py"):
        file.unlink()
    (config.versions / name).write_text('revision = "b2"\nreplaces = ("a1", "b2")\n')
    _record(config)


def _squash_into_the_same_file(config: Config) -> None:
    _squash(config, "b2_change.py")


def _delete_beside_a_squash(config: Config) -> None:
    for file in config.versions.glob("*.py"):
        file.unlink()
    (config.versions / "x1_squash.py").write_text('revision = "x1"\nreplaces = ("a1", "x1")\n')
    _record(config)


def _baseline(config: Config) -> None:
    path = config.versions / "a1_change.py"
    path.write_text(f'"""{BASELINE}"""\nrevision = "a1"\n')
    _record(config)


def _add(config: Config) -> None:
    write_revision(config.versions, "c3", "b2")


def _add_and_record(config: Config) -> None:
    _add(config)
    _record(config)


def _edit_and_record(config: Config) -> None:
    _edit(config)
    _record(config)


def _move(config: Config) -> None:
    """Put a recorded revision that is not committed behind another one."""
    _add_and_record(config)
    write_revision(config.versions, "c3", "a1")


def _edit_new(config: Config) -> None:
    _add_and_record(config)
    _edit(config, "c3_change.py")


def _delete_new(config: Config) -> None:
    _add_and_record(config)
    (config.versions / "c3_change.py").unlink()


def _conflict(config: Config) -> None:
    lines = hashes_path(config).read_text().splitlines()
    marked = [*lines[:2], "<<<<<<< HEAD", lines[2], "=======", ">>>>>>> other"]
    hashes_path(config).write_text("\n".join(marked))


def _record_nothing(config: Config) -> None:
    hashes_path(config).unlink()


def _record_the_schema_alone(config: Config) -> None:
    hashes_path(config).unlink()
    snapshot_path(config).touch()


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        (_edit, [("edited-revision", "a1_change.py")]),
        (_edit_and_record, [("edited-revision", "a1_change.py")]),
        (_delete, [("edited-revision", "b2_change.py")]),
        (_comment, []),
        (_rename, []),
        (_squash, []),
        (_squash_into_the_same_file, []),
        (_delete_beside_a_squash, [("edited-revision", "b2_change.py")]),
        (_baseline, []),
        (_add, [("revision-not-as-recorded", "c3_change.py")]),
        (_add_and_record, []),
        (_move, [("revision-not-as-recorded", "c3_change.py")]),
        (_edit_new, [("revision-not-as-recorded", "c3_change.py")]),
        (_delete_new, [("revision-not-as-recorded", "revisions.sha256")]),
        (_conflict, []),
        (_record_nothing, []),
        (
            _record_the_schema_alone,
            [("revision-not-as-recorded", "a1_change.py"),
             ("revision-not-as-recorded", "b2_change.py")],
        ),
    ],
)  # fmt: skip
def test_a_change_of_the_files_is_found(
    config: Config, change: Callable[[Config], object], findings: list[tuple[str, str]]
) -> None:
    change(config)
    assert _findings(config) == findings


def test_each_change_is_reported_with_its_revision(
    config: Config, snapshot: SnapshotAssertion
) -> None:
    _edit(config)
    _delete(config)
    for number, parent in (("c3", "b2"), ("d4", "c3"), ("e5", "d4")):
        write_revision(config.versions, number, parent)
    write_revision(config.versions, "b2", "a1")
    _record(config)
    (config.versions / "b2_change.py").unlink()
    (config.versions / "c3_change.py").unlink()
    write_revision(config.versions, "d4", "b2")
    _edit(config, "e5_change.py")
    write_revision(config.versions, "f6", "e5")
    found = list(revision_findings(config, read(config.versions)))
    commit = git(config.root, "rev-parse", "HEAD").decode().strip()
    text = "\n".join(str(each) for each in found)
    assert text.replace(commit, "COMMIT").replace(str(config.root), "ROOT") == snapshot


def test_the_record_and_the_snapshot_are_next_to_the_revisions(config: Config) -> None:
    assert relative_path(config, hashes_path(config)) == "migrations/versions/revisions.sha256"
    assert relative_path(config, snapshot_path(config)) == "migrations/schema.snapshot"


def test_without_git_an_edit_is_found_by_the_record(tmp_path: Path) -> None:
    config = Config(root=tmp_path)
    write_revision(config.versions, "a1")
    _record(config)
    assert _findings(config) == []
    _edit(config)
    assert _findings(config) == [("revision-not-as-recorded", "a1_change.py")]


def test_an_edited_file_is_reported_with_the_command_that_restores_it(config: Config) -> None:
    before = (config.versions / "a1_change.py").read_bytes()
    path = _edit(config)
    (finding,) = revision_findings(config, read(config.versions))
    commit = git(config.root, "rev-parse", "HEAD").decode().strip()
    assert f"checkout {commit} -- a1_change.py" in finding.hint
    assert git(config.versions, "checkout", commit, "--", "a1_change.py") == b""
    assert path.read_bytes() == before


def test_a_diff_has_a_line_of_context_and_the_path_in_the_project(config: Config) -> None:
    path = config.versions / "a1_change.py"
    assert relative_path(config, path) == "migrations/versions/a1_change.py"
    assert unified_diff(config, path, "a\nb\nc\nd\n", "a\nb\nx\nd\n") == [
        "--- migrations/versions/a1_change.py\tbefore",
        "+++ migrations/versions/a1_change.py\tafter",
        "@@ -2,3 +2,3 @@",
        " b",
        "-c",
        "+x",
        " d",
    ]
    assert unified_diff(config, path, "a\n", "a") == []
