"""Alembic's configuration of a project."""

from argparse import Namespace
from pathlib import Path

from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory

from stratakit.config import Config


def alembic_config(config: Config, *, quiet: bool = False) -> AlembicConfig:
    """Alembic's configuration of this service, from any working directory."""
    ini = _ini(config)
    pyproject = config.root / "pyproject.toml"
    alembic = AlembicConfig(
        ini if ini.exists() else None, toml_file=pyproject if pyproject.exists() else None
    )
    if config.scope == "migrations":
        # What a project's own alembic.ini says of the names of new files stays in force.
        alembic.set_main_option("script_location", str(config.script_location).replace("%", "%%"))
        alembic.set_main_option("version_locations", str(config.versions).replace("%", "%%"))
        alembic.set_main_option("path_separator", "newline")
        alembic.set_main_option("prepend_sys_path", str(config.root).replace("%", "%%"))
        alembic.set_main_option("revision_environment", "true")
    alembic.cmd_opts = Namespace(quiet=True) if quiet else None
    return alembic


def _ini(config: Config) -> Path:
    """The service's alembic.ini; that of a project may be nearer to its revisions."""
    ini = config.root / "alembic.ini"
    if config.scope == "migrations" and config.versions.is_relative_to(config.root):
        around = (folder / "alembic.ini" for folder in config.versions.parents)
        inside = (each for each in around if each.parent.is_relative_to(config.root))
        return next((each for each in (ini, *inside) if each.exists()), ini)
    return ini


def scripts(config: Config) -> ScriptDirectory:
    """The revisions as Alembic reads them."""
    return ScriptDirectory.from_config(alembic_config(config))
