"""The configuration of a project: strata.toml, and the variables of its environment."""

import difflib
import os
import tomllib
from dataclasses import dataclass, field, fields
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from dotenv import dotenv_values

from stratakit.alembic_files import AlembicFiles, find_ini, read_alembic_files
from stratakit.diagnostics.command import MIGRATE, PROJECT_FILES, is_project, project_root
from stratakit.diagnostics.errors import UsageError

Backend = Literal["postgresql", "sqlite", "mysql"]

NO_KEYS = {"root", "x_arguments", "database_url", "named_keys"}
"""The fields of `Config` that strata.toml cannot set."""
PRODUCTION = ("production", "prod")
NOT_PRODUCTION = ("pre", "non", "not")
"""The beginnings of names such as `preprod`, which are no misspellings of production."""
NO_APPLICATION = {"conftest", "docs", "migrations", "scripts", "setup", "src", "tests"}
"""Folders and modules of a project that its application does not import."""


@dataclass(frozen=True)
class Config:
    """The keys of strata.toml, each with the default that it has when the file lacks it.

    Args:
        root: the project's folder.
        database: the kind of database, for scratch databases and for the local one.
        database_name: the name of the local database.
        allowed: objects that a database may have in addition to the models.
        production_version: the version of the production server, such as "16.4".
        adopted: the revision up to which the history is older than stratakit.
        alembic_ini: the path of the alembic.ini, as `alembic -c` takes it.
        alembic_section: its section, as `alembic -n` takes it.
        tenants: the file with the names of the tenants, or the function that returns them, such as
            "app.tenants:names".
        x_arguments: no key: the arguments that env.py reads as `-x`, such as `tenant=a`.
        database_url: no key: the database that a caller names; empty if env.py names it.
        named_keys: no key: the keys that strata.toml has.
    """

    root: Path
    database: Backend = "postgresql"
    database_name: str = "service"
    allowed: tuple[str, ...] = ()
    production_version: str = ""
    adopted: str = ""
    alembic_ini: str = "alembic.ini"
    alembic_section: str = "alembic"
    tenants: str = ""
    x_arguments: tuple[str, ...] = ()
    database_url: str = field(default="", repr=False)
    named_keys: frozenset[str] = frozenset()

    def names(self, key: str) -> bool:
        """Return whether strata.toml has a key, rather than its default counts."""
        return key in self.named_keys

    @property
    def server_version(self) -> int:
        """The major version of the production server; 0 if strata.toml does not name it."""
        major = self.production_version.partition(".")[0]
        return int(major) if major.isdecimal() else 0

    @property
    def migrations_folder(self) -> Path:
        """The folder of env.py, of the revisions and of the schema's snapshot."""
        return self._alembic_files.migrations

    @property
    def versions(self) -> Path:
        """The folder of the revisions; of several, the first one, which gets new revisions."""
        return self._alembic_files.versions[0]

    @property
    def revision_files(self) -> list[Path]:
        """The files of the revisions, in all their folders."""
        return self._alembic_files.revision_files()

    @property
    def nested_files(self) -> list[Path]:
        """The files in folders below those of the revisions, which Alembic does not read."""
        return self._alembic_files.nested_files()

    @property
    def _alembic_files(self) -> AlembicFiles:
        return read_alembic_files(self.root, self.alembic_ini, self.alembic_section)

    @property
    def in_production(self) -> bool:
        """True if the variable ENVIRONMENT says that a mistake here would reach customers.

        Raises:
            UsageError: it may be a misspelling of that.
        """
        value = (self.variable("ENVIRONMENT") or "").lower()
        if value in PRODUCTION:
            return True
        near = difflib.get_close_matches(value, PRODUCTION, n=1, cutoff=0.75)
        if near and not value.startswith(NOT_PRODUCTION):
            raise UsageError(
                f"ENVIRONMENT={value} is close to {near[0]}.",
                detail="Any other name switches off the confirmations of production.",
                hint=f"Write ENVIRONMENT={near[0]}, in the environment or in .env, or a clearly "
                "different name, such as development.",
            )
        return False

    @property
    def packages(self) -> dict[str, Path]:
        """The project's own packages and modules, in its folder or in `src`, by their names."""
        found = {}
        for source in (self.root, self.root / "src"):
            for path in sorted(source.glob("[!.]*")):
                is_package = path.is_dir() and any(path.glob("*.py"))
                is_migrations = self.migrations_folder.is_relative_to(path)
                if path.stem in NO_APPLICATION or is_migrations:
                    continue
                if is_package or path.suffix == ".py":
                    found[path.stem] = path
        return found

    def variable(self, name: str) -> str | None:
        """Return a variable of the environment, or else of the project's `.env`; None if empty.

        Args:
            name: in upper case; the case of what is set does not count.
        """
        for values in (os.environ, _dotenv(self.root / ".env")):
            for key, value in values.items():
                if key.upper() == name:
                    return value or None
        return None


def load(root: Path | None = None) -> Config:
    """Read and check the strata.toml of a project.

    Args:
        root: the project's folder; by default the one that `project_root` finds.

    Returns:
        What the file says, with defaults for what it leaves out (all of it, without a file).

    Raises:
        StrataError: there is no project, or the file is not valid TOML, has an unknown key or a
            value of the wrong type.
    """
    if root is None:
        root = project_root()
        if not is_project(root):
            raise _no_project(root)
    return _load(root.resolve())


def _no_project(root: Path) -> UsageError:
    hint = "Run it in a project's folder, or begin with: alembic init migrations"
    candidates = [*root.glob("[!.]*/alembic.ini"), *root.glob("[!.]*/[!.]*/alembic.ini")]
    if candidates:
        ini = candidates[0].relative_to(root)
        hint = f"Name the alembic.ini in strata.toml: {MIGRATE} init -c {ini}"
    return UsageError(
        f"There is no project in {root}, nor in a folder above it.",
        detail=f"A project has a file {' or '.join(PROJECT_FILES)}.",
        hint=hint,
    )


@cache
def _load(root: Path) -> Config:
    path = root / "strata.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        values = {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from error
    kinds = get_type_hints(Config)
    known = {field.name for field in fields(Config)} - NO_KEYS
    for key, value in values.items():
        if key not in known:
            raise UsageError(
                f"{path} has an unknown key: {key}.",
                detail="A misspelled key has no effect.",
                hint=f"Remove it, or use one of: {', '.join(sorted(known))}.",
            )
        if not _fits(value, kinds[key]):
            raise UsageError(f"{path}: {key} = {value!r} is not {_describe(kinds[key])}.")
    settled: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in values.items()
    }
    settled.setdefault("alembic_ini", find_ini(root))
    return Config(root=root, named_keys=frozenset(values), **settled)


def _dotenv(path: Path) -> dict[str, str | None]:
    try:
        status = path.stat()
    except OSError:
        return {}
    return _read_dotenv(path, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=8)
def _read_dotenv(path: Path, _modified: int, _size: int) -> dict[str, str | None]:
    """Read a `.env` once for each state of the file."""
    return dotenv_values(path)


def _fits(value: object, kind: object) -> bool:
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is tuple:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, str)


def _describe(kind: object) -> str:
    if get_origin(kind) is Literal:
        return "one of " + ", ".join(get_args(kind))
    return "a list of strings" if get_origin(kind) is tuple else "a string"
