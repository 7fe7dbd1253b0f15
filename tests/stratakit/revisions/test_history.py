"""The history of revisions, read from their files without running them."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from stratakit.diagnostics.errors import StrataError
from stratakit.process.git import git
from stratakit.revisions.history import (
    Revision,
    RevisionHistory,
    as_tuple,
    read,
    refuse_gap,
    restore_hints,
)
from tests.stratakit.revisions.files import commit_all, write_revision


def _history(**parents: str) -> RevisionHistory:
    """A history of ids with their parents, separated by spaces; a contract's id begins with c."""
    return RevisionHistory(
        {
            each: Revision(
                each,
                tuple(following.split()),
                Path(f"{each}.py"),
                "",
                "contract" if each.startswith("c") else "expand",
            )
            for each, following in parents.items()
        }
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("revision = 'a'", ("a", (), "", "")),
        ("revision: str = 'a'\ndown_revision: str | None = None", ("a", (), "", "")),
        ("revision = 'b'\ndown_revision = 'a'", ("b", ("a",), "", "")),
        ("revision = 'c'\ndown_revision = ('a', 'b')", ("c", ("a", "b"), "", "")),
        ("revision = 'c'\ndown_revision = ['a', 'b']", ("c", ("a", "b"), "", "")),
        ("revision = 'c'\ndown_revision = ()", ("c", (), "", "")),
        ("revision = 'b'\ndown_revision = 'a'\ndepends_on = 'x'", ("b", ("a", "x"), "", "")),
        ("revision = 'b'\ndepends_on = ('x', 'y')", ("b", ("x", "y"), "", "")),
        ('"""Add notes\n\nMore."""\nrevision = "a"', ("a", (), "Add notes", "")),
        ("revision = 'a'\nphase = 'expand'", ("a", (), "", "expand")),
        ("revision = 'a'\nphase: str = 'contract'", ("a", (), "", "contract")),
        ("revision = 'a'\nphase = None", ("a", (), "", "")),
        ("revision = 'a'\nphase = PHASE", ("a", (), "", "")),
        ("a = revision = 'a'", ("a", (), "", "")),
        ("import no_such_library\nrevision = 'a'\nraise SystemExit", ("a", (), "", "")),
        ("\ufeffrevision = 'a'", ("a", (), "", "")),
        ("# coding: latin-1\nrevision = 'a'  # \xe4", ("a", (), "", "")),
    ],
)
def test_a_file_is_a_revision(
    tmp_path: Path, source: str, expected: tuple[str, tuple[str, ...], str, str]
) -> None:
    path = tmp_path / "file.py"
    path.write_bytes(source.encode("latin-1" if "latin" in source else "utf-8"))
    (revision,) = read(tmp_path).values()
    assert (revision.id, revision.parents, revision.message, revision.phase) == expected
    assert revision.path == path


def test_ids_that_are_computed_are_those_of_the_imported_file(tmp_path: Path) -> None:
    (tmp_path / "it's a-1.py").write_text(
        '"""computed"""\nfrom pathlib import Path\nrevision = Path("b2.x").stem\n'
        'down_revision = revision[::-1]\ndepends_on = [*"cd"]\nbranch_labels = None\n'
    )
    (revision,) = read(tmp_path).values()
    assert (revision.id, revision.parents, revision.message) == ("b2", ("2b", "c", "d"), "computed")


@pytest.mark.parametrize("failure", ["nothing", "1 / 0", "__import__('no_such_module')"])
def test_an_import_that_fails_names_what_is_computed(tmp_path: Path, failure: str) -> None:
    (tmp_path / "it's.py").write_text(f"revision = str({failure})\n")
    with pytest.raises(StrataError, match=rf"it's\.py.*revision.*{re.escape(failure[:5])}"):
        read(tmp_path)


@pytest.mark.parametrize("source", ["", "x = 1", "def revision(): ...", "if 1:\n    revision = 1"])
def test_another_file_is_none(tmp_path: Path, source: str) -> None:
    (tmp_path / "helpers.py").write_text(source)
    (tmp_path / "notes.txt").write_text("revision = 'a'")
    (tmp_path / "replaced").mkdir()
    write_revision(tmp_path / "replaced", "a")
    assert read(tmp_path) == {}


@pytest.mark.parametrize(
    "source",
    [
        "revision = 'a", "revision = \0", "<<<<<<< HEAD", "revision = new_id()",
        "revision = 'a'\ndown_revision = PARENT",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_refused_with_its_name(tmp_path: Path, source: str) -> None:
    (tmp_path / "broken.py").write_text(source)
    with pytest.raises(StrataError, match=r"broken\.py"):
        read(tmp_path)


@pytest.mark.parametrize(
    "source", ["revision = 'a", "revision = new_id()", "revision = 'a'\nphase = 'expnad'"]
)
def test_a_refused_file_is_explained(
    tmp_path: Path, snapshot: SnapshotAssertion, source: str
) -> None:
    (tmp_path / "it's.py").write_text(source)
    with pytest.raises(StrataError) as refusal:
        read(tmp_path)
    explanation = str(refusal.value).replace(str(tmp_path), "VERSIONS")
    assert re.sub(r"Python: .*", "Python: ERROR", explanation) == snapshot


def test_files_elsewhere_are_read_in_their_order(tmp_path: Path) -> None:
    (tmp_path / "a_helper.py").write_text("x = 1")
    first = write_revision(tmp_path, "b2", "a1")
    second = write_revision(tmp_path / "other", "a1")
    assert [*read([tmp_path / "a_helper.py", first, second])] == ["b2", "a1"]
    assert [*read(tmp_path)] == ["b2"]
    refuse_gap(tmp_path, [first, second])
    with pytest.raises(StrataError, match="a1"):
        refuse_gap(tmp_path)


def test_two_files_with_one_id_are_refused(tmp_path: Path) -> None:
    write_revision(tmp_path, "a", name="one.py")
    write_revision(tmp_path, "a", name="two.py")
    with pytest.raises(StrataError, match=r"one\.py and two\.py"):
        read(tmp_path)


def test_a_folder_that_is_missing_has_no_revision(tmp_path: Path) -> None:
    assert read(tmp_path / "missing") == {}


@pytest.mark.parametrize(
    ("parents", "heads"),
    [
        ({}, ()),
        ({"a": ""}, ("a",)),
        ({"a": "", "b": "a"}, ("b",)),
        ({"a": "", "z": "a", "b": "a"}, ("b", "z")),
        ({"a": "", "b": "a", "c": "a", "d": "b c"}, ("d",)),
        ({"b": "missing"}, ("b",)),
    ],
)
def test_heads_are_the_revisions_that_none_follows(
    parents: dict[str, str], heads: tuple[str, ...]
) -> None:
    assert _history(**parents).heads == heads


@pytest.mark.parametrize(
    ("parents", "heads"),
    [
        ({"a": "", "b": "a"}, ("b",)),
        ({"a": "", "c": "a"}, ("a",)),
        ({"a": "", "c1": "a", "c2": "c1"}, ("a",)),
        ({"a": "", "c1": "a", "b": "c1"}, ("b",)),
        ({"a": "", "b": "a", "c": "a b"}, ("a", "b")),
        ({"a": "", "b": "a", "c1": "a", "c2": "b c1"}, ("b", "c1")),
        ({"c": ""}, ()),
        ({"c": "missing"}, ("c",)),
        ({"a": "", "c1": "a", "c2": "a"}, ("c1", "c2")),
        ({}, ()),
    ],
)
def test_the_last_contracts_are_left_out(parents: dict[str, str], heads: tuple[str, ...]) -> None:
    assert _history(**parents).before_contract == heads


@given(data=st.data(), size=st.integers(0, 8))
def test_the_ancestors_of_the_heads_are_all_revisions(data: st.DataObject, size: int) -> None:
    names = [f"r{number}" for number in range(size)]
    parents = {
        name: " ".join(data.draw(st.lists(st.sampled_from(names[:index]), unique=True, max_size=2)))
        if index
        else ""
        for index, name in enumerate(names)
    }
    history = _history(**parents)
    assert history.ancestors(history.heads) == set(names)
    for name in names:
        ancestors = history.ancestors([name])
        assert name in ancestors
        assert all(set(history[each].parents) <= ancestors for each in ancestors)
        assert all(each <= name for each in ancestors)
    assert history.ancestors(["missing"]) == set()


@pytest.mark.parametrize(
    ("value", "ids"), [(None, ()), ("", ("",)), ("a", ("a",)), (["a"], ("a",)), ((), ())]
)
def test_one_or_several_ids_are_a_tuple(
    value: str | list[str] | None, ids: tuple[str, ...]
) -> None:
    assert as_tuple(value) == ids


def test_a_revision_without_its_parent_is_refused_with_the_command_that_restores_it(
    tmp_path: Path,
) -> None:
    versions = tmp_path / "versions"
    parent = write_revision(versions, "a1", message="größe")
    write_revision(versions, "b2", "a1")
    refuse_gap(versions)
    commit = commit_all(tmp_path)
    parent.unlink()
    with pytest.raises(StrataError, match="a1") as refusal:
        refuse_gap(versions)
    assert f"checkout {commit} -- " in refusal.value.hint
    assert "a1_größe.py" in refusal.value.hint
    (versions / "b2_change.py").unlink()
    write_revision(versions, "c3", "nowhere")
    with pytest.raises(StrataError) as refusal:
        refuse_gap(versions)
    assert "git log" in refusal.value.hint


def test_all_missing_revisions_are_restored_from_the_head_on(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    write_revision(versions, "a1")
    commit_all(tmp_path)
    git(tmp_path, "checkout", "--quiet", "-b", "feature", check=True)
    for revision, parents in (("b2", "a1"), ("c3", "b2"), ("d4", "gone"), ("e5", ("c3", "d4"))):
        write_revision(versions, revision, parents)
    commit = commit_all(tmp_path)
    git(tmp_path, "checkout", "--quiet", "main", check=True)
    hints = restore_hints(versions, read(versions), ["e5"])
    assert [hint.rpartition(" ")[2] for hint in hints] == [
        "e5_change.py", "d4_change.py", "'*gone*'", "c3_change.py", "b2_change.py",
    ]  # fmt: skip
    assert all(f"checkout {commit} -- " in hint for hint in hints if "gone" not in hint)
    assert restore_hints(versions, read(versions), ["a1"]) == []
    assert restore_hints(versions, read(versions), ["nowhere"]) == []
