"""The places of env.py and of the revisions, as Alembic's configuration names them.

It is read without importing Alembic, which readiness checks and a shell's completion cannot wait
for. https://alembic.sqlalchemy.org/en/latest/tutorial.html#editing-the-ini-file
"""

import configparser
import importlib.util
import os
import re
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SEPARATORS = {"space": " ", "newline": "\n", "os": os.pathsep, ":": ":", ";": ";"}


@dataclass(frozen=True)
class AlembicFiles:
    """The folders that the configuration names.

    Args:
        migrations: the folder of env.py.
        versions: the folders of the revisions; new ones are written into the first.
        is_recursive: whether revisions are in folders of these folders, too.
    """

    migrations: Path
    versions: tuple[Path, ...]
    is_recursive: bool

    def revision_files(self) -> list[Path]:
        """Return the files of the revisions, in the order of their paths."""
        files: dict[Path, None] = {}
        for folder in self.versions:
            found = sorted(folder.rglob("*.py")) if self.is_recursive else _python_files(folder)
            files |= dict.fromkeys(found)
        return [*files]

    def nested_files(self) -> list[Path]:
        """Return the files in folders of the folders of revisions that Alembic does not read."""
        nested = [
            path
            for folder in self.versions
            for path in sorted(each for below in _folders(folder) for each in below.rglob("*.py"))
        ]
        read = {*self.revision_files()} if nested else set()
        return [path for path in nested if path not in read]


def _python_files(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(each.path for each in entries if each.name.endswith(".py"))
    except OSError:
        return []
    return [_path(each) for each in found]


@cache
def _path(text: str) -> Path:
    """Return the one Path of a file: a command compares thousands of them several times."""
    return Path(text)


def _folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [
                Path(each.path) for each in entries if each.name != "__pycache__" and each.is_dir()
            ]
    except OSError:
        return []


@cache
def read_alembic_files(
    root: Path, ini_file: str = "alembic.ini", section: str = "alembic"
) -> AlembicFiles:
    """Read alembic.ini and pyproject.toml of a project.

    Args:
        root: the project's folder, to which relative paths are relative.
        ini_file: the path of the alembic.ini.
        section: its section.
    """
    ini = _read_ini(root / ini_file, section)
    table = _read_pyproject(root)
    location = ini.get("script_location") or _expand(table.get("script_location", ""), root)
    migrations = _folder(root, location or _default_location(root / ini_file))
    named = _split(ini) or [_expand(each, root) for each in table.get("version_locations", ())]
    recursive = ini.get("recursive_version_locations") or table.get("recursive_version_locations")
    return AlembicFiles(
        migrations,
        tuple(_folder(root, each) for each in named) or (migrations / "versions",),
        str(recursive).lower() in ("true", "yes", "on", "1"),
    )


def find_ini(root: Path) -> str:
    """Return the path of the alembic.ini of a project whose strata.toml does not name it.

    Flask-Migrate has it next to env.py.
    """
    beside_env = "migrations/alembic.ini"
    if (root / "alembic.ini").is_file() or _read_pyproject(root):
        return "alembic.ini"
    return beside_env if (root / beside_env).is_file() else "alembic.ini"


def _default_location(ini: Path) -> str:
    """Return the folder of an alembic.ini that names none, as Flask-Migrate writes it."""
    return str(ini.parent) if (ini.parent / "env.py").is_file() else "migrations"


def _folder(root: Path, location: str) -> Path:
    """Return a folder that is named by a path, or as `package:folder` as in Alembic."""
    package, separator, folder = location.partition(":")
    if not separator or Path(location).is_absolute():
        return root / location
    folder = folder.replace(":", "/")
    if (root / package).is_dir():
        return root / package / folder
    return _package_folder(root, package) / folder


def _package_folder(root: Path, package: str) -> Path:
    """Return the folder of a package, of the project or installed, without importing it."""
    top, *below = package.split(".")
    sys.path.insert(0, str(root))
    try:
        spec = importlib.util.find_spec(top)
    finally:
        sys.path.remove(str(root))
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return Path(folders[0] if folders else root / top, *below)


def _read_ini(path: Path, section: str) -> dict[str, str]:
    parser = configparser.ConfigParser({"here": str(path.parent)})
    parser.read(path, encoding="utf-8")
    # Alembic, too, finds what is said for all sections.
    values = parser[section if parser.has_section(section) else "DEFAULT"]
    names = (
        "path_separator",
        "recursive_version_locations",
        "script_location",
        "version_locations",
        "version_path_separator",
    )
    return {name: values[name] for name in names if name in values}


def _read_pyproject(root: Path) -> dict[str, Any]:
    path = root / "pyproject.toml"
    if not path.is_file():
        return {}
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {})
    found: dict[str, Any] = table.get("alembic", {})
    return found


def _expand(text: str, root: Path) -> str:
    return text.replace("%(here)s", str(root))


def _split(ini: dict[str, str]) -> Sequence[str]:
    named = ini.get("version_locations", "")
    separator = ini.get("path_separator") or ini.get("version_path_separator")
    parts = (
        named.split(SEPARATORS[separator])
        if separator in SEPARATORS
        else re.split(r",\s*|\s+", named)
    )
    return [part.strip() for part in parts if part.strip()]
