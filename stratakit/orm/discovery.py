"""Discovery of the models by the names of their files, so that no list can be incomplete."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, event

from stratakit.diagnostics.errors import StrataError, UsageError, application_line
from stratakit.orm.placement import MisplacedModel, misplaced_models, models_on_other_bases

REGISTRIES = "stratakit.registries"
"""The key of `MetaData.info` that holds the registries of its mapped classes."""


def discover_models(*packages: str, base: Any) -> MetaData:
    """Discover models as `stratakit.alembic.discover_models` does.

    Raises:
        StrataError: a package or a module of models cannot be imported, or a model lies where it
            would not be found.
    """
    bases = list(base) if isinstance(base, Sequence) else [base]
    folders = {package: _package_folder(package) for package in packages}
    files = {
        file: name
        for package, folder in folders.items()
        for file, name in _model_modules(package, folder)
    }
    for file, name in files.items():
        _import_module(file, name)
    base_name = f"{bases[0].__module__}.{bases[0].__qualname__}"
    collections = [each.metadata for each in bases]
    for package, folder in folders.items():
        _refuse(
            misplaced_models(package, folder, bases, set(files)),
            "Move the class to a models.py, or to a module of a models package, and inherit from "
            f"{base_name}.",
        )
        _refuse(
            models_on_other_bases(package, folder, collections),
            f"Let the class inherit from {base_name}, or name all bases in env.py: "
            f"discover_models(..., base=[{bases[0].__qualname__}, ...]).",
        )
    metadata = combine(collections)
    # SQLModel keeps it under a name of its own.
    metadata.info[REGISTRIES] = [
        getattr(each, "registry", None) or getattr(each, "_sa_registry", None) for each in bases
    ]
    return metadata


def _refuse(models: Iterable[MisplacedModel], hint: str) -> None:
    if listed := "\n".join(map(str, models)):
        raise StrataError(
            listed,
            detail="A model that is not found gets no migration, or has its table dropped by one.",
            hint=hint,
        )


def _package_folder(package: str) -> Path:
    """Return the folder of a package, without importing it.

    Raises:
        StrataError: it is not there, or is a module.
    """
    try:
        spec = find_spec(package)
    except ModuleNotFoundError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise UsageError(
            f'discover_models("{package}") in env.py: there is no package {package}.',
            detail="Without its models, their tables would look dropped.",
            hint="Name the package that holds the models, and start from the project's folder.",
        )
    return Path(next(iter(spec.submodule_search_locations)))


def _model_modules(package: str, folder: Path) -> Iterator[tuple[Path, str]]:
    for file in sorted(folder.rglob("*.py")):
        relative = file.relative_to(folder).with_suffix("").parts
        if relative[-1] == "models" or "models" in relative[:-1]:
            parts = relative[:-1] if relative[-1] == "__init__" else relative
            yield file, ".".join([package, *parts])


def combine(collections: MetaData | Sequence[MetaData]) -> MetaData:
    """Merge several collections, whose tables may reference each other, into one.

    A CHECK with a name that a column declares is one of the table afterwards: MariaDB refuses it in
    a column, and autogenerate does not see it there.
    """
    metadata = _merge(collections)
    for table in metadata.tables.values():
        for column in table.columns:
            for constraint in [each for each in column.constraints if each.name is not None]:
                column.constraints.discard(constraint)
                table.append_constraint(constraint)
    return metadata


def _merge(collections: MetaData | Sequence[MetaData]) -> MetaData:
    if isinstance(collections, MetaData):
        return collections
    different = list({id(each): each for each in collections}.values())
    if len(different) == 1:
        return different[0]
    merged = MetaData()
    for metadata in different:
        for key, table in metadata.tables.items():
            if key in merged.tables:
                raise StrataError(
                    f"Two bases declare the table {key}.",
                    detail="The database can have only one of them.",
                    hint="Give one of them another name or another schema.",
                )
            table.to_metadata(merged)
    for event_name in ("before_create", "after_create"):
        event.listen(merged, event_name, partial(_dispatch, different, event_name))
    return merged


def _dispatch(
    collections: list[MetaData],
    event_name: str,
    _merged: MetaData,
    connection: Connection,
    **options: Any,
) -> None:
    """Call the listeners of each collection, such as one that creates a function."""
    for metadata in collections:
        getattr(metadata.dispatch, event_name)(metadata, connection, **options)


def _import_module(file: Path, module: str) -> None:
    try:
        import_module(module)
    except Exception as error:
        where = application_line(error) or str(file)
        raise StrataError(
            f"{file} cannot be imported: {type(error).__name__}: {error} ({where}).",
            detail="Without all models, their tables would look dropped.",
            hint=f"Fix the import; `python -c 'import {module}'` shows the whole error.",
        ) from error
