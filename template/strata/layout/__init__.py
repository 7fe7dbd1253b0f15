"""Where a project that existed before keeps what migrations need: found by reading its files.

Nothing of it is imported. What is found stands for the keys that strata.toml leaves out.
"""

from pathlib import Path
from typing import Any

from strata.layout import declared, setting
from strata.layout.history import history
from strata.layout.project import Project


def found(root: Path) -> dict[str, Any]:
    """Look for sources, bases, models, the database's URL and the folder of the revisions.

    Args:
        root: the project's folder.

    Returns:
        Values for keys of strata.toml; without those for which nothing was found.
    """
    there = history(root)
    project = Project(root, there.environment)
    bases, models = declared.bases_and_models(project)
    packages = {project.module(file).partition(".")[0] for file in models}
    values: dict[str, Any] = {
        "sources": list(project.sources),
        "base": bases,
        "models": [file.relative_to(root).as_posix() for file in models],
        "packages": sorted(packages),
        "url": setting.of_url(project),
        "version_location": next(iter(there.versions), ""),
    }
    return {key: value for key, value in values.items() if value}
