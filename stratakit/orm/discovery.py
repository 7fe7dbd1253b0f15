"""The service's models: found by where they lie, so that none can be forgotten in a list."""

import sys
import traceback
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, event

from stratakit.config import Config, at_home, named
from stratakit.diagnostics.errors import StrataError
from stratakit.orm.placement import misplaced_models


def metadata(config: Config) -> MetaData:
    """Import every model and give the tables that they declare.

    Returns:
        The metadata of the declarative base that strata.toml names; of several, one with the
        tables of all.

    Raises:
        StrataError: a model module cannot be imported, or a model lies where it would not be found.
    """
    files = list(model_files(config))
    with at_home(config):
        bases = [named(base, "base") for base in config.base]
        for file in files:
            _import(file, config)
    # Where strata.toml says which files declare models, others are left out on purpose.
    if not config.models and (found := list(misplaced_models(config, set(files)))):
        raise StrataError(
            "\n".join(str(model) for model in found),
            why="A model that is not found gets no migration, or has its table dropped by one.",
            remedy="Move the class to a models.py, or to a module of a models package, and inherit "
            f"from {config.base[0].replace(':', '.')}.",
        )
    return _of_all([base if isinstance(base, MetaData) else base.metadata for base in bases])


def _of_all(several: list[MetaData]) -> MetaData:
    """One collection with the tables of several, which may refer to each other."""
    different = list({id(each): each for each in several}.values())
    if len(different) == 1:
        return different[0]
    merged = MetaData()
    for metadata in different:
        for key, table in metadata.tables.items():
            if key in merged.tables:
                raise StrataError(
                    f"Two bases declare the table {key}.",
                    why="Only one of them could be the one in the database.",
                    remedy="Give one of them another name or another schema.",
                )
            table.to_metadata(merged)
    for when in ("before_create", "after_create"):
        event.listen(merged, when, partial(_pass_on, different, when))
    return merged


def _pass_on(
    several: list[MetaData], when: str, _merged: MetaData, connection: Connection, **options: Any
) -> None:
    """Let the listeners of each collection hear of it, such as one that makes a function."""
    for metadata in several:
        getattr(metadata.dispatch, when)(metadata, connection, **options)


def model_files(config: Config) -> Iterator[Path]:
    """The files that strata.toml names as models.

    Without such names: every `models.py` and every module of a `models` package below the
    service's packages.
    """
    if config.models:
        found = {file for pattern in config.models for file in config.root.glob(pattern)}
        yield from sorted(file for file in found if file.suffix == ".py")
        return
    for file in python_files(config):
        inside = file.relative_to(config.root).parts
        if inside[-1] == "models.py" or "models" in inside[:-1]:
            yield file


def python_files(config: Config) -> Iterator[Path]:
    """Every Python file of the service's packages, in the order of their names."""
    for package in config.packages:
        folder = config.folder(package)
        if folder.suffix == ".py":
            yield folder
        elif folder.is_dir():
            yield from sorted(folder.rglob("*.py"))
        else:
            raise StrataError(
                f'strata.toml: packages names "{package}", but {folder} is no folder.', status=2
            )


def module_name(file: Path, config: Config) -> str:
    """The name under which Python imports a file of the service."""
    homes = [config.root / source for source in config.sources]
    home = max(
        (each for each in homes if file.is_relative_to(each)), key=lambda each: len(str(each))
    )
    parts = file.relative_to(home).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _import(file: Path, config: Config) -> None:
    try:
        import_module(module_name(file, config))
    except Exception as error:
        frames = traceback.extract_tb(sys.exc_info()[2])
        ours = [frame for frame in frames if Path(frame.filename).is_relative_to(config.root)]
        where = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else str(file)
        raise StrataError(
            f"{file.relative_to(config.root)} cannot be imported: "
            f"{type(error).__name__}: {error} ({where}).",
            why="Without all models, their tables would look dropped.",
            remedy="Mend the import; `python -c 'import "
            f"{module_name(file, config)}'` shows the whole error.",
        ) from error
