"""Write the files by which a project uses stratakit."""

from collections.abc import Sequence
from dataclasses import dataclass

from stratakit.adopt.project_files import ProjectFile, ProjectFiles
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.scratch import environment


@dataclass(frozen=True)
class InitResult:
    """The files of a project.

    Args:
        files: the files that are written, or get some lines.
        notes: a sentence for each file that is left to a person.
    """

    files: Sequence[ProjectFile]
    notes: Sequence[str]


@command
def init(config: Config, *, dry_run: bool = False) -> InitResult:
    """Write strata.toml, a hook, a CI job and the selection of tests, as far as they are missing.

    Args:
        config: the project's.
        dry_run: return the files, and write nothing.

    Raises:
        StrataError: env.py cannot be run.
        DatabaseUnavailable: no scratch database can be created for it.
    """
    project = ProjectFiles(environment.capture(config).config)
    result = InitResult(project.missing(), project.notes)
    for file in () if dry_run else result.files:
        file.path.parent.mkdir(parents=True, exist_ok=True)
        file.path.write_text(file.text, encoding="utf-8")
        if file.is_program:
            file.path.chmod(0o755)
    return result
