"""Imports point one way; what is read first costs little."""

import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
LINT = str(Path(sys.prefix) / "bin" / "lint-imports")


def lint(repository: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=repository, capture_output=True, text=True)


def test_imports_keep_the_contracts() -> None:
    linted = lint(REPOSITORY)
    assert linted.returncode == 0, linted.stdout


def test_an_import_that_breaks_a_contract_is_found(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "stratakit", tmp_path / "stratakit")
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    health = tmp_path / "stratakit" / "web" / "health.py"
    health.write_text(f"import alembic\n{health.read_text()}")
    linted = lint(tmp_path)
    assert linted.returncode == 1
    assert "Readiness costs neither Alembic nor a model BROKEN" in linted.stdout
