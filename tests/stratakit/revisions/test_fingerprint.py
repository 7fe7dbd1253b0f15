"""The fingerprint of a project changes with each file that a check reads, and with no other."""

from pathlib import Path

import pytest

from stratakit.config import Config
from stratakit.revisions.fingerprint import add_files, cache_file, compute_fingerprint


@pytest.fixture
def config(tmp_path: Path) -> Config:
    files = (
        "app/__init__.py", "app/items/models.py", "migrations/env.py", "migrations/versions/a1.py",
        "migrations/schema.snapshot", "strata.toml", "uv.lock", "main.py", "tests/test_app.py",
    )  # fmt: skip
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return Config(root=tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "app/__init__.py", "app/items/models.py", "app/new.py", "migrations/env.py", "main.py",
        "migrations/versions/a1.py", "migrations/schema.snapshot", "migrations/new.sql",
        "strata.toml", "uv.lock", ".env", "alembic.ini", "other.py",
    ],
)  # fmt: skip
def test_a_file_that_a_check_reads_counts(config: Config, name: str) -> None:
    before = compute_fingerprint(config)
    (config.root / name).write_text("changed")
    changed = compute_fingerprint(config)
    assert changed != before
    (config.root / name).unlink()
    assert compute_fingerprint(config) != changed


@pytest.mark.parametrize(
    "name",
    ["tests/test_app.py", "README.md", "app/logo.svg", "migrations/x.pyc", ".local/checked"],
)
def test_another_file_does_not_count(config: Config, name: str) -> None:
    before = compute_fingerprint(config)
    (config.root / name).parent.mkdir(exist_ok=True)
    (config.root / name).write_text("changed")
    assert compute_fingerprint(config) == before


def test_the_database_counts_and_the_folder_does_not(config: Config) -> None:
    fingerprint = compute_fingerprint(config)
    assert compute_fingerprint(Config(root=config.root, database="sqlite")) != fingerprint
    moved = config.root.parent / "moved"
    config.root.rename(moved)
    assert compute_fingerprint(Config(root=moved)) == fingerprint
    moved.rename(config.root)


class Recorder:
    """A hash object that keeps what it is given."""

    def __init__(self) -> None:
        self.data = b""

    def update(self, data: bytes, /) -> None:
        self.data += data


@pytest.mark.parametrize(
    "files", [{"b": "1"}, {"a": "2"}, {"a": "1", "c": "1"}, {"a/a": "1"}, {}], ids=str
)
def test_names_and_contents_are_kept_apart(tmp_path: Path, files: dict[str, str]) -> None:
    before, after = Recorder(), Recorder()
    for folder, contents, recorder in (("x", {"a": "1"}, before), ("y", files, after)):
        for name, content in contents.items():
            (tmp_path / folder / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / folder / name).write_text(content)
        paths = [tmp_path / folder / name for name in contents]
        add_files(recorder, paths, tmp_path / folder)
    assert before.data.startswith(b"a\0")
    assert before.data != after.data


def test_the_last_good_check_is_remembered_in_a_folder_that_git_ignores(config: Config) -> None:
    assert cache_file(config) == config.root / ".local" / "checked"


def test_a_folder_of_versions_may_be_named_by_a_release(config: Config) -> None:
    (config.root / "migrations/versions/2026.1").mkdir()
    before = compute_fingerprint(config)
    (config.root / "migrations/versions/2026.1/b1.py").write_text("b1")
    assert compute_fingerprint(config) != before
