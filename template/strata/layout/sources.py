"""The folders from which imports start: told by what is imported, and where that lies."""

import re
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

IMPORT = re.compile(
    r"(?m)^[ \t]*(?:from[ \t]+(\w[\w.]*)[ \t]+import\b"
    r"|import[ \t]+(\w[\w.]*)(?=(?:[ \t]+as\b|,|\s*$)))"
)
DEEPEST = 3
"""Below how many folders imports may start."""


def sources(root: Path, files: Iterable[Path], texts: Iterable[str]) -> tuple[str, ...]:
    """Find them: the project's own folder first, then `src`, then others.

    A name is looked for where most of what is imported from it lies: `app` is `app/app` where the
    other has no `app.models`.

    Args:
        root: the project's folder.
        files: its Python files.
        texts: what is in them, and in others that import from them.
    """
    inside = [file.relative_to(root) for file in files]
    here = {file.with_suffix("").as_posix() for file in inside}
    here |= {parent.as_posix() for file in inside for parent in file.parents}
    folders = _folders(inside)
    homes = {
        name: home
        for name, modules in _imported(texts, here).items()
        if (home := _home(modules, folders, here)) is not None
    }
    packages = {(Path(home) / name).as_posix() for name, home in homes.items()}
    wanted = {
        home
        for name, home in homes.items()
        # What lies in a package is imported from the package, whatever a library is named.
        if not any(f"{home}/".startswith(f"{package}/") for package in packages)
        and not _installed(name, root)
    }
    return (".", *(each for each in folders if each in wanted))


def _folders(files: Iterable[Path]) -> list[str]:
    """Folders from which imports may start beside the project's own, `src` first."""
    parts = {file.parts[:-1] for file in files}
    depths = range(1, DEEPEST + 1)
    all = {each[:depth] for each in parts for depth in depths if len(each) >= depth}
    ordered = sorted(all, key=lambda each: (each != ("src",), len(each), each))
    return ["/".join(each) for each in ordered]


def _imported(texts: Iterable[str], here: set[str]) -> dict[str, set[str]]:
    """What is imported, by the name of its package, where a file here has that name."""
    known = {path.rpartition("/")[2] for path in here} - sys.stdlib_module_names
    found: dict[str, set[str]] = {}
    for text in texts:
        for module in filter(None, (one or other for one, other in IMPORT.findall(text))):
            if (name := module.partition(".")[0]) in known:
                found.setdefault(name, set()).add(module)
    return found


def _home(modules: set[str], folders: list[str], here: set[str]) -> str | None:
    """The folder from which most of some modules are found; None where none is."""
    paths = [module.replace(".", "/") for module in modules]
    counts = {".": sum(path in here for path in paths)}
    for folder in folders:
        counts[folder] = sum(f"{folder}/{path}" in here for path in paths)
    best = max(counts, key=lambda folder: counts[folder])
    return best if counts[best] else None


def _installed(name: str, root: Path) -> bool:
    """Whether a name is of a library: not of the project itself, which may be installed, too."""
    try:
        spec = find_spec(name)
    except (ImportError, ValueError):
        return False
    if spec is None:
        return False
    places = [spec.origin] if spec.origin else list(spec.submodule_search_locations or [])
    return not any(
        Path(place).is_relative_to(root) and "site-packages" not in Path(place).parts
        for place in places
    )
