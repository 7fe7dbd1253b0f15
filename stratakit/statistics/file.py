"""A file with the sizes of the tables in production, which the linter reads."""

import tomllib
from dataclasses import fields
from pathlib import Path

import tomlkit

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.statistics.table import Statistics, TableStatistics

NAME = "statistics.toml"
COMMENT = (
    "The sizes of the tables in production, written by `stratakit statistics --write`.\n"
    "The linter estimates from them how long a revision takes."
)


def statistics_path(config: Config) -> Path:
    """Return the file in the folder of the migrations."""
    return config.migrations_folder / NAME


def read_committed(config: Config) -> Statistics:
    """Read the file in the folder of the migrations; no sizes if there is none."""
    path = statistics_path(config)
    return read(path) if path.exists() else {}


def read(path: Path) -> Statistics:
    """Read the sizes in a file.

    Raises:
        UsageError: there is no such file, it is not valid TOML, or has another content.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"There is no file {path}.",
            hint=f"Write it from the statistics of the server: {MIGRATE} statistics --write",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from error
    return {name: _read_table(path, name, values) for name, values in tables.items()}


def write(path: Path, statistics: Statistics) -> None:
    """Write the sizes of tables, sorted by their names."""
    document = tomlkit.document()
    for line in COMMENT.splitlines():
        document.add(tomlkit.comment(line))
    for name in sorted(statistics):
        table = tomlkit.table()
        for field in fields(TableStatistics):
            value = getattr(statistics[name], field.name)
            if value is not None:
                table.add(field.name, value)
        document.add(tomlkit.nl())
        document.add(name, table)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")


def _read_table(path: Path, name: str, values: object) -> TableStatistics:
    known = {field.name for field in fields(TableStatistics)}
    is_valid = (
        isinstance(values, dict)
        and {"rows", "bytes"} <= set(values) <= known
        and all(
            isinstance(value, int | float) and not isinstance(value, bool)
            for value in values.values()
        )
    )
    if not is_valid:
        raise UsageError(
            f"{path}: {name} is no table with numbers for rows and bytes.",
            detail=f"It may have: {', '.join(sorted(known))}.",
            hint=f"Write the file again: {MIGRATE} statistics --write",
        )
    assert isinstance(values, dict)
    return TableStatistics(**values)
