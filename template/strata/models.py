"""The service's models: found by where they lie, so that none can be forgotten in a list."""

import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

from strata.config import Config, named
from strata.errors import Problem
from strata.misplaced import misplaced_models


def metadata(config: Config) -> MetaData:
    """Import every model and give the tables that they declare.

    Returns:
        The metadata of the declarative base that strata.toml names.

    Raises:
        Problem: a model module cannot be imported, or a model lies where it would not be found.
    """
    files = list(model_files(config))
    base = named(config.base, "base")
    for file in files:
        _import(file, config)
    if found := list(misplaced_models(config, set(files))):
        raise Problem(
            "\n".join(str(model) for model in found),
            why="A model that is not found gets no migration, or has its table dropped by one.",
            remedy="Move the class to a models.py, or to a module of a models package, and inherit "
            f"from {config.base.replace(':', '.')}.",
        )
    declared: MetaData = base.metadata
    return declared


def model_files(config: Config) -> Iterator[Path]:
    """Every `models.py` and every module of a `models` package below the service's packages."""
    for file in python_files(config):
        inside = file.relative_to(config.root).parts
        if inside[-1] == "models.py" or "models" in inside[:-1]:
            yield file


def python_files(config: Config) -> Iterator[Path]:
    """Every Python file of the service's packages, in the order of their names."""
    for package in config.packages:
        folder = config.root.joinpath(*package.split("."))
        if not folder.is_dir():
            raise Problem(
                f'strata.toml: packages names "{package}", but {folder} is no folder.', status=2
            )
        yield from sorted(folder.rglob("*.py"))


def module_name(file: Path, config: Config) -> str:
    """The name under which Python imports a file of the service."""
    parts = file.relative_to(config.root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _import(file: Path, config: Config) -> None:
    try:
        import_module(module_name(file, config))
    except Exception as error:
        frames = traceback.extract_tb(sys.exc_info()[2])
        ours = [frame for frame in frames if Path(frame.filename).is_relative_to(config.root)]
        where = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else str(file)
        raise Problem(
            f"{file.relative_to(config.root)} cannot be imported: "
            f"{type(error).__name__}: {error} ({where}).",
            why="Without all models, their tables would look dropped.",
            remedy="Mend the import; `python -c 'import "
            f"{module_name(file, config)}'` shows the whole error.",
        ) from error
