"""Temporary folders, which several processes of a project create and remove at once."""

import multiprocessing
import os
import tempfile
from pathlib import Path

from stratakit.config import Config
from stratakit.process.file_lock import try_lock
from stratakit.scratch.names import prefix
from stratakit.scratch.temporary_folder import temporary_folder


def folders_of(config: Config) -> list[Path]:
    return list(Path(tempfile.gettempdir()).glob(f"{prefix(config)}*"))


def lost_folders(root: Path) -> int:
    """Create folders one after the other, and count those that another process has removed."""
    lost = 0
    for _ in range(300):
        with temporary_folder(Config(root=root)) as folder:
            (folder / "file").touch()
            lost += not all((folder / "lock").exists() for _ in range(3))
    return lost


def test_no_process_removes_the_folder_of_another(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as processes:
        assert processes.map(lost_folders, [tmp_path] * 4) == [0] * 4
    assert folders_of(Config(root=tmp_path)) == []


def test_the_folder_of_a_killed_process_is_removed_by_the_next(tmp_path: Path) -> None:
    config = Config(root=tmp_path)
    stale = Path(tempfile.mkdtemp(prefix=prefix(config)))
    (stale / "lock").touch()
    with temporary_folder(config) as folder:
        assert folders_of(config) == [folder]
    assert folders_of(config) == []


def test_a_folder_in_use_stays(tmp_path: Path) -> None:
    config = Config(root=tmp_path)
    used = Path(tempfile.mkdtemp(prefix=prefix(config)))
    held = try_lock(used / "lock")
    assert held is not None
    with temporary_folder(config) as folder:
        assert set(folders_of(config)) == {used, folder}
    os.close(held)
    with temporary_folder(config) as folder:
        assert folders_of(config) == [folder]
