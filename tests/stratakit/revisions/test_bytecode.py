"""Bytecode of a revision that was rewritten within a second."""

import os
import py_compile
from pathlib import Path

from stratakit.revisions.bytecode import remove_stale_bytecode


def compiled(file: Path, source: str) -> Path:
    file.write_text(source)
    return Path(py_compile.compile(str(file), doraise=True) or "")


def test_bytecode_older_than_its_file_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "001_items.py"
    cached = compiled(file, "x = 1\n")
    then = cached.stat().st_mtime_ns
    file.write_text("x = 2\n")
    os.utime(file, ns=(then + 1, then + 1))
    remove_stale_bytecode([file])
    assert not cached.exists()


def test_bytecode_younger_than_its_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "001_items.py"
    cached = compiled(file, "x = 1\n")
    remove_stale_bytecode([file, tmp_path / "absent.py"])
    assert cached.exists()
