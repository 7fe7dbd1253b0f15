"""Where an Alembic set-up that exists keeps its environment and its revisions."""

import os
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser, RawConfigParser
from dataclasses import dataclass
from pathlib import Path

SKIPPED = {"node_modules", "site-packages", "strata"}
SEPARATORS = {"os": os.pathsep, "space": " ", "newline": "\n", "": ""}


@dataclass(frozen=True)
class History:
    """What there is of Alembic.

    Args:
        environment: its env.py; None where there is none.
        versions: the folders of the revisions, from the project's folder on: one, as a rule.
    """

    environment: Path | None
    versions: tuple[str, ...]


def history(root: Path) -> History:
    """Find the environment and the revisions: as alembic.ini or pyproject.toml says, else beside
    an env.py; nothing where there is no set-up."""
    told = _of_ini(root / "alembic.ini", root) or _of_pyproject(root / "pyproject.toml", root)
    several = [told] if told else list(_environments(root))
    env = next((env for env, _ in several if env.is_file()), None)
    folders = dict.fromkeys(folder for _, folders in several for folder in folders)
    inside = [each.relative_to(root).as_posix() for each in folders if each.is_relative_to(root)]
    return History(env, tuple(inside))


def _of_ini(file: Path, root: Path) -> tuple[Path, list[Path]] | None:
    parser: RawConfigParser = ConfigParser({"here": str(root)}, interpolation=None)
    if not parser.read(file, encoding="utf-8") or not parser.has_section("alembic"):
        return None
    return _told(dict(parser.items("alembic")), root)


def _of_pyproject(file: Path, root: Path) -> tuple[Path, list[Path]] | None:
    if not file.is_file():
        return None
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError:
        return None
    return _told(values.get("tool", {}).get("alembic", {}), root)


def _told(values: dict[str, object], root: Path) -> tuple[Path, list[Path]] | None:
    script = values.get("script_location")
    around = _folder(script, root) if isinstance(script, str) and script else None
    folders = [_folder(each, root) for each in _listed(values)]
    if around is None and not folders:
        return None
    around = around or folders[0].parent
    return around / "env.py", folders or [around / "versions"]


def _listed(values: dict[str, object]) -> list[str]:
    """`version_locations`, by the separator that is told: without one, Alembic's older rule."""
    located = values.get("version_locations")
    if isinstance(located, list):
        return [str(each) for each in located]
    if not isinstance(located, str) or not located.strip():
        return []
    told = values.get("path_separator") or values.get("version_path_separator") or ""
    if separator := SEPARATORS.get(str(told), str(told)):
        return [each.strip() for each in located.split(separator) if each.strip()]
    return located.replace(",", " ").replace(os.pathsep, " ").split()


def _folder(written: str, root: Path) -> Path:
    """`folder`, `%(here)s/folder` or `package:folder`."""
    if "%(here)s" in written:
        return Path(os.path.normpath(written.replace("%(here)s", str(root))))
    package, colon, inside = written.partition(":")
    return Path(os.path.normpath(root / (package.replace(".", "/") if colon else package) / inside))


def _environments(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(
            name for name in folders if name not in SKIPPED and not name.startswith(".")
        )
        if "env.py" in names and ("versions" in folders or "script.py.mako" in names):
            yield Path(folder, "env.py"), [Path(folder, "versions")]
