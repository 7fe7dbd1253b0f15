"""Alembic's configuration of a project."""

from argparse import Namespace

from alembic.config import Config as AlembicConfig
from alembic.script import ScriptDirectory

from stratakit.config import Config
from stratakit.revisions.run_options import KEY, RunOptions


def alembic_config(
    config: Config, options: RunOptions | None = None, *, quiet: bool = False
) -> AlembicConfig:
    """Alembic's configuration of this project, from any working directory.

    Args:
        config: the project's.
        options: for the run of env.py that it is made for.
        quiet: whether Alembic's commands print nothing of their own.
    """
    ini = config.root / "alembic.ini"
    pyproject = config.root / "pyproject.toml"
    alembic = AlembicConfig(
        ini if ini.exists() else None, toml_file=pyproject if pyproject.exists() else None
    )
    if alembic.get_main_option("prepend_sys_path") == ".":
        # Alembic takes it from the working directory, which may be a folder below the project's.
        alembic.set_main_option("prepend_sys_path", str(config.root).replace("%", "%%"))
    alembic.cmd_opts = Namespace(quiet=True) if quiet else None
    alembic.attributes[KEY] = options or RunOptions()
    return alembic


def scripts(config: Config) -> ScriptDirectory:
    """The revisions as Alembic reads them."""
    return ScriptDirectory.from_config(alembic_config(config))
