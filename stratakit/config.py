"""strata.toml: where the foundation finds what belongs to the service."""

import sys
import tomllib
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass, fields
from functools import cache
from importlib import import_module
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from stratakit.DEL import found
from stratakit.diagnostics.errors import StrataError, told

ROOT = Path(__file__).resolve().parent.parent

Family = Literal["postgresql", "sqlite", "mysql"]
Scope = Literal["service", "migrations"]


@dataclass(frozen=True)
class Config:
    """What strata.toml says; a key that is missing there has the default given here.

    In a project that has the migrations alone, what is found in it goes before the default.
    """

    root: Path
    scope: Scope = "service"
    name: str = "Service"
    description: str = ""
    database: Family = "postgresql"
    database_name: str = "service"
    settings: str = "app.settings:Settings"
    url: str = ""
    base: tuple[str, ...] = ("strata.database:Base",)
    sources: tuple[str, ...] = (".",)
    packages: tuple[str, ...] = ("app",)
    models: tuple[str, ...] = ()
    migrations: str = "migrations"
    version_location: str = ""
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
        return self.root / (self.version_location or f"{self.migrations}/versions")

    @property
    def migrations_folder(self) -> Path:
        """The folder around the revisions: of env.py and of the schema's snapshot."""
        around = self.versions.parent
        return self.versions if around == self.root else around

    @property
    def script_location(self) -> Path:
        """The folder of env.py and script.py.mako: around the revisions where that env.py is ours.

        A project's own env.py knows nothing of what is checked here: then the foundation's is run.
        """
        env = self.migrations_folder / "env.py"
        ours = env.is_file() and "strata.env" in env.read_text(encoding="utf-8")
        if self.scope == "service" or (ours and env.with_name("script.py.mako").is_file()):
            return env.parent
        return self.root / "strata" / "environment"

    def folder(self, package: str) -> Path:
        """The folder of a package, or the file of a module, in the first source that has it."""
        paths = [self.root.joinpath(source, *package.split(".")) for source in self.sources]
        either = [each for path in paths for each in (path, path.with_suffix(".py"))]
        return next((path for path in either if path.exists()), paths[0])


@cache
def load(root: Path = ROOT) -> Config:
    """Read and check the strata.toml of a service.

    Args:
        root: the folder of the service; by default the one that holds this package.

    Returns:
        What the file says, with defaults for what it leaves out (all of it, without a file).

    Raises:
        StrataError: the file is no TOML, has an unknown key or a value of the wrong kind.
    """
    path = root / "strata.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        values = {}
    except tomllib.TOMLDecodeError as error:
        raise StrataError(f"{path} is not valid TOML: {error}.", status=2) from error
    if isinstance(values.get("base"), str):
        values["base"] = [values["base"]]
    if values.get("scope") == "migrations":
        values = {"base": [], "packages": [], **found(root), **values}
    kinds = get_type_hints(Config)
    known = {field.name for field in fields(Config)} - {"root"}
    for key, value in values.items():
        if key not in known:
            raise StrataError(
                f"{path} has an unknown key: {key}.",
                why="A key that is not read would seem to be in force.",
                remedy=f"Remove it, or use one of: {', '.join(sorted(known))}.",
                status=2,
            )
        if not _fits(value, kinds[key]):
            raise StrataError(
                f"{path}: {key} = {value!r} is not {_described(kinds[key])}.", status=2
            )
    settled: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    config = Config(root=root, **settled)
    for source in config.sources:
        if (folder := str((root / source).resolve())) not in sys.path:
            sys.path.append(folder)
    return config


def named(path: str, key: str) -> Any:
    """Import what a `module:attribute` value of strata.toml names.

    Args:
        path: the value, such as `app.settings:Settings`.
        key: its key in strata.toml, for the error.

    Raises:
        StrataError: the module or the attribute is not there.
    """
    module, _, attribute = path.partition(":")
    try:
        return attrgetter(attribute)(import_module(module))
    except Exception as error:
        missing = isinstance(error, AttributeError) or (
            isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}.")
        )
        raise StrataError(
            f'strata.toml: {key} = "{path}" cannot be imported: {told(error)}.',
            remedy=f'Give it as {key} = "module:name".'
            if missing
            else "Set what it needs where the application has it from, the environment or .env; "
            f"the whole error: python -c 'import {module}'",
            status=2,
        ) from error


def settings(config: Config) -> Any:
    """The service's settings, as the environment and `.env` give them.

    Raises:
        StrataError: they cannot be imported, or a value is not valid.
    """
    try:
        with at_home(config):
            return named(config.settings, "settings")()
    except ValueError as error:
        raise StrataError(f"The settings are not valid: {error}", status=2) from None


@contextmanager
def at_home(config: Config) -> Iterator[None]:
    """Work in the folder of a project: its settings may read a `.env` of the working directory."""
    if config.scope == "service":
        yield
    else:
        with chdir(config.root):
            yield


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


def in_production(config: Config) -> bool:
    """Whether the settings say that this is production."""
    return bool(settings(config).in_production)
