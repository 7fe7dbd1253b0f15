"""A service is installed for real, on a machine with Python and make but no package manager."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.template.poetry import name_the_index

TOO_OLD = '#!/bin/sh\nexec {python} -c "import sys; sys.exit(1)"\n'
WITHOUT_VENV = (
    '#!/bin/sh\n[ "$2" = venv ] && echo No module named ensurepip && exit 1\nexec {python} "$@"\n'
)


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of such a machine."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "python3").symlink_to(_python())
    return {"PATH": f"{folder}:/usr/bin:/bin"}


@pytest.mark.slow
@pytest.mark.parametrize("package_manager", ["uv", "pip", "poetry"])
def test_the_default_service_is_installed_and_passes_its_tests(
    package_manager: str,
    service: Callable[..., Path],
    run: Callable[..., str],
    bare: dict[str, str],
) -> None:
    new = service(package_manager=package_manager, stratakit="git")
    assert " @ git+file://localhost/" in (new / "pyproject.toml").read_text()
    if package_manager == "poetry":
        name_the_index(new)
    run("make", "install-dev", cwd=new, env=bare)
    run("make", "test", cwd=new, env=bare)
    run("make", "--question", "install-dev", cwd=new, env=bare)
    (new / "pyproject.toml").touch()
    run("make", "--question", "install-dev", cwd=new, env=bare, status=1)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["postgresql", "sqlite", "mysql"])
def test_a_service_is_clean_with_nothing_but_what_it_depends_on(
    backend: str, service: Callable[..., Path], run: Callable[..., str]
) -> None:
    new = service(database=backend)
    with_uv = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    run("make", "lint", cwd=new, env=with_uv)


@pytest.mark.parametrize("package_manager", ["uv", "pip", "poetry"])
@pytest.mark.parametrize(
    ("script", "line"),
    [
        (TOO_OLD, "{name} is not Python 3.11 or later: add PYTHON=python3.11"),
        (WITHOUT_VENV, "{name} -m venv .venv fails; on Debian and Ubuntu, run: apt-get install"),
    ],
    ids=["too old", "without venv"],
)
def test_an_unsuitable_python_is_reported_in_one_line(
    script: str,
    line: str,
    package_manager: str,
    service: Callable[..., Path],
    tmp_path: Path,
    bare: dict[str, str],
) -> None:
    python = tmp_path / "python"
    python.write_text(script.format(python=_python()))
    python.chmod(0o755)
    new = service(package_manager=package_manager)
    made = subprocess.run(
        ["make", "install-dev"],
        cwd=new,
        env={**bare, "PYTHON": str(python)},
        capture_output=True,
        text=True,
    )
    assert made.returncode == 2
    lines = made.stderr.strip().splitlines()
    (told,) = (each for each in lines if not each.startswith("make"))
    assert told.startswith(line.format(name=python))
    assert not (new / ".venv").exists()


def _python() -> Path:
    return Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
