"""Where an Alembic set-up that exists keeps its revisions."""

import os
import tomllib
from configparser import ConfigParser, RawConfigParser
from pathlib import Path

SKIPPED = {"node_modules", "site-packages", "strata"}


def version_location(root: Path) -> str:
    """Find the folder of the revisions.

    Returns:
        It, from the project's folder on: as alembic.ini or pyproject.toml says, else beside an
        env.py; nothing where there is no set-up.
    """
    told = _of_ini(root / "alembic.ini", root) or _of_pyproject(root / "pyproject.toml", root)
    for folder in [told] if told else _environments(root):
        if folder.is_relative_to(root):
            return folder.relative_to(root).as_posix()
    return ""


def _of_ini(file: Path, root: Path) -> Path | None:
    parser: RawConfigParser = ConfigParser({"here": str(root)}, interpolation=None)
    if not parser.read(file, encoding="utf-8") or not parser.has_section("alembic"):
        return None
    return _told(dict(parser.items("alembic")), root)


def _of_pyproject(file: Path, root: Path) -> Path | None:
    if not file.is_file():
        return None
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError:
        return None
    return _told(values.get("tool", {}).get("alembic", {}), root)


def _told(values: dict[str, object], root: Path) -> Path | None:
    location = values.get("version_locations")
    first = location[0] if isinstance(location, list) and location else location
    if isinstance(first, str) and first.strip():
        return _folder(first.replace(os.pathsep, " ").split()[0], root)
    script = values.get("script_location")
    return _folder(script, root) / "versions" if isinstance(script, str) and script else None


def _folder(written: str, root: Path) -> Path:
    """`folder`, `%(here)s/folder` or `package:folder`."""
    package, colon, inside = written.replace("%(here)s", str(root)).partition(":")
    return Path(os.path.normpath(root / (package.replace(".", "/") if colon else package) / inside))


def _environments(root: Path) -> list[Path]:
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders if name not in SKIPPED and not name.startswith(".")
        )
        if "env.py" in names and "versions" in folders:
            found.append(Path(folder, "versions"))
    return found
