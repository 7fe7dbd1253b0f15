"""Types of installed libraries and of the application, told apart by where their class is."""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy.types import TypeEngine, UserDefinedType

from stratakit.autogenerate import third_party_types
from stratakit.autogenerate.third_party_types import is_third_party_type
from stratakit.diagnostics.command import PROJECT_VARIABLE

TypeIn = Callable[[Path], TypeEngine[object]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the project that a command runs in."""
    root = tmp_path / "orders"
    root.mkdir()
    monkeypatch.setenv(PROJECT_VARIABLE, str(root))
    return root


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch) -> TypeIn:
    """A type whose class is in a file."""

    def type_in(file: Path) -> TypeEngine[object]:
        module = ModuleType("types_of_a_test")
        module.__file__ = str(file)
        monkeypatch.setitem(sys.modules, module.__name__, module)
        namespace = {"__module__": module.__name__}
        return type("Vector", (UserDefinedType,), namespace)()  # type: ignore[no-any-return]

    return type_in


@pytest.fixture
def install_editable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[Path], None]]:
    """Install a folder in editable mode, as pip and uv record it."""

    def install(source: Path) -> None:
        info = tmp_path / "site" / f"{source.name}-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {source.name}\n")
        origin = {"url": source.as_uri(), "dir_info": {"editable": True}}
        (info / "direct_url.json").write_text(json.dumps(origin))
        monkeypatch.syspath_prepend(info.parent)
        third_party_types._editable_sources.cache_clear()

    yield install
    third_party_types._editable_sources.cache_clear()


@pytest.mark.parametrize("folder", ["site-packages", "dist-packages"])
def test_an_installed_library_is_third_party(folder: str, project: Path, type_in: TypeIn) -> None:
    file = project / ".venv" / "lib" / folder / "pgvector" / "types.py"
    assert is_third_party_type(type_in(file))


def test_the_applications_own_type_is_not(project: Path, type_in: TypeIn) -> None:
    assert not is_third_party_type(type_in(project / "app" / "types.py"))


def test_a_library_in_editable_mode_is_third_party(
    tmp_path: Path, project: Path, type_in: TypeIn, install_editable: Callable[[Path], None]
) -> None:
    library = tmp_path / "vectors"
    assert not is_third_party_type(type_in(library / "vectors" / "types.py"))
    install_editable(library)
    assert is_third_party_type(type_in(library / "vectors" / "types.py"))


def test_a_library_inside_the_project_may_be_third_party(
    project: Path, type_in: TypeIn, install_editable: Callable[[Path], None]
) -> None:
    install_editable(project / "libs" / "vectors")
    assert is_third_party_type(type_in(project / "libs" / "vectors" / "types.py"))


def test_a_project_in_editable_mode_is_the_application(
    project: Path, type_in: TypeIn, install_editable: Callable[[Path], None]
) -> None:
    install_editable(project)
    assert not is_third_party_type(type_in(project / "src" / "app" / "types.py"))
