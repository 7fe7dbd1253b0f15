"""Alembic's configuration of a project."""

from argparse import Namespace
from pathlib import Path
from types import ModuleType

from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory
from alembic.util import load_python_file

from stratakit.alembic_private import DeferredScript, defer_imports
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.url import DatabaseURL, parse
from stratakit.revisions import history
from stratakit.revisions.bytecode import remove_stale_bytecode
from stratakit.revisions.run_options import KEY, RunOptions

ROOT = "stratakit.root"
"""Of Alembic's `Config.attributes`: the project's folder."""
DATABASE = "stratakit.database"
"""Of Alembic's `Config.attributes`: the database that the caller names."""
COMMAND_OPTIONS = {
    "autogenerate": False, "name": "alembic", "raiseerr": False, "revision": None, "sql": False,
    "tag": None,
}  # fmt: skip
"""The options of Alembic's own command line that env.py may read, with their defaults."""


def alembic_config(
    config: Config,
    options: RunOptions | None = None,
    *,
    quiet: bool = False,
    **command_options: str | bool,
) -> AlembicConfig:
    """Return Alembic's configuration of this project, from any working directory.

    Args:
        config: the project's.
        options: for the run of env.py that it is made for.
        quiet: whether Alembic's commands print nothing of their own.
        command_options: what env.py reads in `config.cmd_opts` in addition to the defaults, such as
            `revision` and `autogenerate`.

    Raises:
        StrataError: a revision is in a folder that Alembic does not read.
    """
    history.refuse_unread(config)
    ini = config.root / config.alembic_ini
    pyproject = config.root / "pyproject.toml"
    alembic = AlembicConfig(
        ini if ini.exists() else None,
        toml_file=pyproject if pyproject.exists() else None,
        ini_section=config.alembic_section,
    )
    # Alembic takes relative paths from the working directory, which may be a folder below.
    if alembic.get_main_option("prepend_sys_path") == ".":
        _set(alembic, "prepend_sys_path", str(config.root))
    location = alembic.get_alembic_option("script_location", str(config.migrations_folder))
    if ":" not in location:
        _set(alembic, "script_location", str(config.root / location))
    if config.database_url:
        url = parse(config.database_url, config)
        alembic.attributes[DATABASE] = url
        set_database(alembic, url)
    given = {**COMMAND_OPTIONS, "quiet": quiet, "x": list(config.x_arguments) or None}
    alembic.cmd_opts = Namespace(**{**given, **command_options})
    alembic.attributes[KEY] = options or RunOptions()
    alembic.attributes[ROOT] = config.root
    return alembic


def scripts(source: Config | AlembicConfig) -> ScriptDirectory:
    """Return the revisions as Alembic reads them.

    The file of a revision is imported when the revision is run, or when it does not declare its
    ids by literals.

    Args:
        source: the project's configuration, or Alembic's of the project.
    """
    alembic = alembic_config(source) if isinstance(source, Config) else source
    directory = ScriptDirectory.from_config(alembic)
    defer_imports(directory, _declared_script)
    return directory


def _declared_script(path: Path) -> DeferredScript | None:
    """Return a revision by what its file declares; None if that has to be imported.

    Raises:
        StrataError: its phase is unknown.
    """
    try:
        declared = history.read_file(path)
    except StrataError:
        return None
    history.refuse_unknown_phase(path, declared)
    if not declared.is_complete or declared.revision is None:
        # Alembic imports it.
        remove_stale_bytecode([path])
        return None
    return DeferredScript(
        path,
        declared.revision,
        declared.down_revision,
        declared.branch_labels,
        declared.depends_on,
        declared.docstring,
        _import_revision,
    )


def _import_revision(path: Path) -> ModuleType:
    remove_stale_bytecode([path])
    return load_python_file(path.parent, path.name)


def set_database(alembic: AlembicConfig, url: DatabaseURL) -> None:
    """Let a revision that reads `sqlalchemy.url` find a scratch database there."""
    _set(alembic, "sqlalchemy.url", url.for_migrations.render_as_string(hide_password=False))


def _set(alembic: AlembicConfig, option: str, value: str) -> None:
    alembic.set_main_option(option, value.replace("%", "%%"))
