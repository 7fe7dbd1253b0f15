"""stratakit as a package: what the wheel and the sdist hold, and that the wheel is enough."""

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from email import message_from_string
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

REPOSITORY = Path(__file__).resolve().parents[2]
UV = Path(sys.prefix) / "bin" / "uv"
LOWEST = 11
CORE = {"alembic", "sqlalchemy", "python-dotenv", "tomlkit", "tqdm"}
EXTRAS = {"postgresql", "mysql", "sqlite", "web", "devserver"}
# What the core's own dependencies need.
INDIRECT = {"mako", "markupsafe", "typing-extensions", "greenlet"}
WHERE_IT_RAN = "stratakit's wheel ran on Python"


def _pythons() -> Iterator[tuple[str, Path]]:
    """Every Python of this machine that the package is for, by its minor version."""
    for minor in range(LOWEST, 20):
        name = f"python3.{minor}"
        found = [
            *(
                Path(folder, name)
                for folder in os.environ["PATH"].split(":")
                if "shims" not in folder
            ),
            *Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/{name}"),
            *Path.home().glob(f".local/share/uv/python/cpython-3.{minor}.*/bin/{name}"),
        ]
        if path := next((path for path in found if path.is_file()), None):
            yield f"3.{minor}", path


PYTHONS = dict(_pythons())


@pytest.fixture(scope="module")
def built(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, as `python -m build` makes them."""
    folder = tmp_path_factory.mktemp("dist")
    for kind in ("wheel", "sdist"):
        _build(kind, template, folder)
    return folder


def _build(kind: str, source: Path, folder: Path) -> None:
    build = f"from poetry.core.masonry.api import build_{kind} as build; build({str(folder)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True)


def _wheel(folder: Path) -> Path:
    (wheel,) = folder.glob("*.whl")
    return wheel


def _sdist(folder: Path) -> Path:
    (sdist,) = folder.glob("*.tar.gz")
    return sdist


@pytest.fixture(scope="module")
def sources(template: Path) -> set[str]:
    """The files of the package, as git tracks them."""
    listed = subprocess.run(
        ["git", "ls-files", "stratakit"], cwd=template, capture_output=True, text=True, check=True
    )
    return set(listed.stdout.splitlines())


def test_the_wheel_holds_the_package_alone(built: Path, sources: set[str]) -> None:
    names = set(ZipFile(_wheel(built)).namelist())
    metadata = {name for name in names if ".dist-info/" in name}
    assert names - metadata == sources
    assert {name.partition(".dist-info/")[2] for name in metadata} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }
    assert "stratakit/py.typed" in names


def test_the_sdist_holds_the_package_alone(built: Path, sources: set[str]) -> None:
    with tarfile.open(_sdist(built)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert names - sources == {"LICENSE", "PKG-INFO", "README.md", "pyproject.toml"}
    assert sources <= names


def test_a_wheel_of_the_sdist_is_the_same(built: Path, tmp_path: Path) -> None:
    with tarfile.open(_sdist(built)) as archive:
        archive.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    _build("wheel", source, tmp_path)
    assert _contents(_wheel(tmp_path)) == _contents(_wheel(built))


def _contents(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_core_depends_on_little(built: Path) -> None:
    metadata = message_from_string(
        next(
            content.decode()
            for name, content in _contents(_wheel(built)).items()
            if name.endswith("METADATA")
        )
    )
    requirements = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    core = {each.name for each in requirements if "extra" not in str(each.marker)}
    assert core == CORE
    assert set(metadata.get_all("Provides-Extra", [])) == EXTRAS


@pytest.mark.slow
@pytest.mark.parametrize("version", PYTHONS)
def test_the_wheel_runs_in_an_empty_environment(
    version: str,
    built: Path,
    tmp_path: Path,
    run: Callable[..., str],
    record_property: Callable[[str, object], None],
) -> None:
    environment = tmp_path / "environment"
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(UV, "venv", "--quiet", "--python", PYTHONS[version], environment, cwd=elsewhere)
    python = environment / "bin" / "python"
    run(UV, "pip", "install", "--quiet", "--python", python, _wheel(built), cwd=elsewhere)
    listed = run(
        UV, "pip", "list", "--quiet", "--python", python, "--format", "json", cwd=elsewhere
    )
    installed = {package["name"] for package in json.loads(listed)}
    assert {"stratakit", *CORE} <= installed <= {"stratakit", *CORE, *INDIRECT}
    by_script = run(environment / "bin" / "stratakit", "help", cwd=elsewhere)
    by_module = run(python, "-m", "stratakit", "help", cwd=elsewhere)
    assert by_script == by_module
    assert by_script.startswith("Usage: stratakit VERB")
    assert "\n  upgrade " in by_script
    ask = "import stratakit, sys; print(stratakit.__version__, sys.version.split()[0])"
    packaged, exact = run(python, "-c", ask, cwd=elsewhere).split()
    assert packaged == _wheel(built).name.split("-")[1]
    record_property(WHERE_IT_RAN, exact)


def test_a_python_was_found() -> None:
    assert f"3.{sys.version_info.minor}" in PYTHONS
