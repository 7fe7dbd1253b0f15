"""The log of migrations: what it records, and which changes it does not explain."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, RowMapping, create_engine

from stratakit.config import Config
from stratakit.revisions.digest import digest
from stratakit.revisions.history import read
from stratakit.revisions.log import (
    RULE,
    find_inconsistencies,
    phases_since,
    reaches,
    read_entries,
    recorder,
)
from tests.stratakit.revisions.files import commit_all, write_revision


@pytest.fixture
def connection() -> Iterable[Connection]:
    with create_engine("sqlite://").connect() as connection:
        yield connection


def _rows(*rows: tuple[str, str] | tuple[str, str, str]) -> Sequence[RowMapping]:
    """Entries of revisions with their parents and their phases."""
    entries = [
        {"revision": revision, "down_revision": parents, "phase": phase[0] if phase else None}
        for revision, parents, *phase in rows
    ]
    return cast(Sequence[RowMapping], entries)


def _apply(
    connection: Connection,
    path: Path,
    revision: str,
    parents: Any = None,
    *,
    direction: str = "upgrade",
    heads: Sequence[str] | None = None,
    note: str | None = None,
    phase: str | None = None,
) -> None:
    """Record a step as Alembic reports it."""
    script = SimpleNamespace(
        revision=revision,
        down_revision=parents,
        dependencies=None,
        path=str(path),
        module=SimpleNamespace(**({"phase": phase} if phase else {})),
    )
    step = SimpleNamespace(
        is_upgrade=direction != "downgrade",
        is_stamp=direction == "stamp",
        up_revisions=[script],
        down_revision_ids=parents,
    )
    impl = SimpleNamespace(execute=connection.execute)
    context = SimpleNamespace(
        as_sql=False, version_table_schema=None, connection=connection, impl=impl
    )
    recorder(note)(
        ctx=context, step=step, heads=[revision] if heads is None else heads, run_args={}
    )


def test_without_the_table_there_are_no_entries(connection: Connection) -> None:
    assert read_entries(connection) == []


@pytest.mark.parametrize(
    ("direction", "heads", "note"),
    [("upgrade", ["b2"], None), ("downgrade", ["a1"], None), ("stamp", ["z9", "b2"], "restored")],
)
def test_an_entry_describes_its_run(
    connection: Connection, tmp_path: Path, direction: str, heads: list[str], note: str | None
) -> None:
    path = write_revision(tmp_path, "b2", ("a1", "x7"))
    _apply(
        connection, path, "b2", ("a1", "x7"),
        direction=direction, heads=heads, note=note, phase="expand",
    )  # fmt: skip
    (row,) = read_entries(connection)
    assert (row["revision"], row["down_revision"]) == ("b2", "a1,x7")
    assert (row["direction"], row["heads"]) == (direction, ",".join(sorted(heads)))
    assert (row["phase"], row["note"]) == ("expand", note)
    assert row["sha256"] == digest(path.read_bytes())
    assert "@" in row["who"]
    assert row["started"] <= row["finished"]


def test_a_long_note_is_cut_to_its_column(connection: Connection, tmp_path: Path) -> None:
    _apply(connection, write_revision(tmp_path, "a1"), "a1", note="x" * 300)
    (row,) = read_entries(connection)
    assert row["note"] == "x" * 255


def test_entries_are_read_in_their_order(connection: Connection, tmp_path: Path) -> None:
    for revision, parent in (("a1", None), ("b2", "a1"), ("c3", "b2")):
        _apply(connection, write_revision(tmp_path, revision), revision, parent)
    assert [row["revision"] for row in read_entries(connection)] == ["a1", "b2", "c3"]


@pytest.mark.parametrize(
    ("start", "goal", "result"),
    [
        (["c"], "a", True),
        (["c"], "c", True),
        (["b"], "c", False),
        (["d"], "b", True),
        (["d"], "c", True),
        (["x"], "a", False),
        ([], "a", False),
        (["unknown"], "unknown", True),
        (["a"], "", False),
    ],
)
def test_the_log_leads_back_to_a_revision(start: list[str], goal: str, result: bool) -> None:
    rows = _rows(("a", ""), ("b", "a"), ("c", "a"), ("d", "b,c"), ("x", ""))
    assert reaches(rows, start, goal) is result


@pytest.mark.parametrize(
    ("start", "known", "phases"),
    [
        (["c"], ["a"], {"expand", "contract"}),
        (["c"], ["b"], {"contract"}),
        (["c"], ["c"], set()),
        (["c"], [], {None, "expand", "contract"}),
        (["unknown"], [], {None}),
    ],
)
def test_the_phases_since_a_revision(
    start: list[str], known: list[str], phases: set[str | None]
) -> None:
    rows = _rows(("a", ""), ("b", "a", "expand"), ("c", "b", "contract"))
    assert phases_since(rows, start, known) == phases


@given(
    parents=st.dictionaries(
        st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef")).map(",".join), max_size=6
    ),
    start=st.sampled_from("abcdef"),
    goal=st.sampled_from("abcdef"),
)
def test_any_log_is_followed_to_its_end(parents: dict[str, str], start: str, goal: str) -> None:
    rows = _rows(*parents.items())
    leads = reaches(rows, [start], goal)
    assert leads is (start == goal or any(
        reaches([row for row in rows if row["revision"] != start], [parent], goal)
        for parent in parents.get(start, "").split(",")
        if parent
    ))  # fmt: skip


@pytest.fixture
def config(tmp_path: Path, connection: Connection) -> Config:
    """A project whose two revisions were applied."""
    config = Config(root=tmp_path)
    _apply(connection, write_revision(config.versions, "a1"), "a1")
    _apply(connection, write_revision(config.versions, "b2", "a1"), "b2", "a1")
    return config


def _findings(config: Config, connection: Connection, *heads: str) -> list[tuple[str, str, str]]:
    found = find_inconsistencies(config, read_entries(connection), heads, read(config.versions))
    return [(each.rule, each.file, each.hint) for each in found]


def test_a_log_that_agrees_explains_everything(config: Config, connection: Connection) -> None:
    assert _findings(config, connection, "b2") == []
    path = config.versions / "a1_change.py"
    path.write_bytes(path.read_bytes() + b"# FINDING: look at this\n")
    assert _findings(config, connection, "b2") == []


@pytest.mark.parametrize("heads", [["a1"], [], ["b2", "x"]])
def test_another_version_row_was_changed_manually(
    config: Config, connection: Connection, heads: list[str]
) -> None:
    ((rule, file, hint),) = _findings(config, connection, *heads)
    assert (rule, file) == (RULE, "")
    assert hint.endswith("stamp b2")


def test_an_undone_revision_leaves_the_one_before(config: Config, connection: Connection) -> None:
    path = config.versions / "b2_change.py"
    _apply(connection, path, "b2", "a1", direction="downgrade", heads=["a1"])
    assert _findings(config, connection, "a1") == []
    path.write_bytes(b"revision = 'b2'\ndown_revision = 'a1'\nedited = True\n")
    assert _findings(config, connection, "a1") == []


def test_an_edited_revision_is_found_with_the_way_back(
    config: Config, connection: Connection
) -> None:
    path = config.versions / "b2_change.py"
    applied = path.read_bytes()
    path.write_bytes(applied + b"edited = True\n")
    ((rule, file, hint),) = _findings(config, connection, "b2")
    assert (rule, file) == (RULE, "migrations/versions/b2_change.py")
    assert "downgrade a1 && " in hint
    path.write_bytes(applied)
    commit = commit_all(config.root)
    path.write_bytes(applied + b"edited = True\n")
    ((_, _, hint),) = _findings(config, connection, "b2")
    assert f"checkout {commit} -- b2_change.py" in hint


def test_edited_revisions_are_in_a_stable_order(config: Config, connection: Connection) -> None:
    for name in ("a1_change.py", "b2_change.py"):
        path = config.versions / name
        path.write_bytes(path.read_bytes() + b"edited = True\n")
    assert [Path(file).name for _, file, _ in _findings(config, connection, "b2")] == [
        "a1_change.py", "b2_change.py"
    ]  # fmt: skip


def test_an_empty_log_explains_nothing_and_reports_nothing(config: Config) -> None:
    assert list(find_inconsistencies(config, [], ["b2"], read(config.versions))) == []
