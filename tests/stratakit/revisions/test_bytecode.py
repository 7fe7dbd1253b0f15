"""Bytecode of a revision that was rewritten within a second."""

import os
import py_compile
from pathlib import Path

from stratakit.config import Config
from stratakit.revisions.alembic_config import scripts
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


def test_a_rewritten_revision_is_imported_as_it_is_now(tmp_path: Path) -> None:
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s/migrations\n")
    source = "revision = 'a1'\ndown_revision = None\nirreversible = 'x'\n"
    file = versions / "a1_items.py"
    cached = compiled(file, source)
    rewritten = cached.stat().st_mtime_ns + 1
    file.write_text(source.replace("'x'", "'y'"))
    os.utime(file, ns=(rewritten, rewritten))
    script = scripts(Config(root=tmp_path)).get_revision("a1")
    assert script is not None
    assert script.module.irreversible == "y"
