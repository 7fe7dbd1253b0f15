"""strata.toml: where the foundation finds what belongs to the service."""

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from strata.errors import Problem

ROOT = Path(__file__).resolve().parent.parent

Family = Literal["postgresql", "sqlite", "mysql"]


@dataclass(frozen=True)
class Config:
    """What strata.toml says; a key that is missing there has the default given here."""

    root: Path
    name: str = "Service"
    description: str = ""
    database: Family = "postgresql"
    database_name: str = "service"
    settings: str = "app.settings:Settings"
    base: str = "strata.database:Base"
    packages: tuple[str, ...] = ("app",)
    migrations: str = "migrations"
    allowed: tuple[str, ...] = ()
    production_version: str = ""
    adopted: str = ""

    @property
    def server_version(self) -> int:
        """The major version of the production server; 0 where strata.toml does not say."""
        major = self.production_version.partition(".")[0]
        return int(major) if major.isdecimal() else 0

    @property
    def versions(self) -> Path:
        """The folder of the revisions."""
        return self.root / self.migrations / "versions"


@cache
def load(root: Path = ROOT) -> Config:
    """Read and check the strata.toml of a service.

    Args:
        root: the folder of the service; by default the one that holds this package.

    Returns:
        What the file says, with defaults for what it leaves out (all of it, without a file).

    Raises:
        Problem: the file is no TOML, has an unknown key or a value of the wrong kind.
    """
    path = root / "strata.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        values = {}
    except tomllib.TOMLDecodeError as error:
        raise Problem(f"{path} is not valid TOML: {error}.", status=2) from error
    kinds = get_type_hints(Config)
    known = {field.name for field in fields(Config)} - {"root"}
    for key, value in values.items():
        if key not in known:
            raise Problem(
                f"{path} has an unknown key: {key}.",
                why="A key that is not read would seem to be in force.",
                remedy=f"Remove it, or use one of: {', '.join(sorted(known))}.",
                status=2,
            )
        if not _fits(value, kinds[key]):
            raise Problem(f"{path}: {key} = {value!r} is not {_described(kinds[key])}.", status=2)
    settled: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    return Config(root=root, **settled)


def named(path: str, key: str) -> Any:
    """Import what a `module:attribute` value of strata.toml names.

    Args:
        path: the value, such as `app.settings:Settings`.
        key: its key in strata.toml, for the error.

    Raises:
        Problem: the module or the attribute is not there.
    """
    module, _, attribute = path.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise Problem(
            f'strata.toml: {key} = "{path}" cannot be imported: {error}.',
            remedy=f'Give it as {key} = "module:name".',
            status=2,
        ) from error


def settings(config: Config) -> Any:
    """The service's settings, as the environment and `.env` give them.

    Raises:
        Problem: they cannot be imported, or a value is not valid.
    """
    try:
        return named(config.settings, "settings")()
    except ValueError as error:
        raise Problem(f"The settings are not valid: {error}", status=2) from None


def _fits(value: object, kind: object) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is tuple:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _described(kind: object) -> str:
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    return "a list of strings" if get_origin(kind) is tuple else "a string"
