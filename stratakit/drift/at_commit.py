"""Compare the models and the revisions of a commit, in a process of its own.

Its arguments are the project's folder in the working tree, the fingerprint of the schema at head
there, the alembic.ini and its section, and what env.py reads as `-x`. It prints the differences as
a JSON list, after what env.py prints.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from alembic.util import CommandError

from stratakit import scratch
from stratakit.autogenerate import describe
from stratakit.config import load
from stratakit.diagnostics.command import project_root
from stratakit.diagnostics.errors import StrataError
from stratakit.drift.models import compare_models
from stratakit.scratch import environment
from stratakit.scratch.head import head_database, head_fingerprint

ANSWER = "\nstratakit: "
"""The line before the list on standard output."""


def main(
    working_tree: Path, key: str, ini: str, section: str, x_arguments: Sequence[str] = ()
) -> int:
    """Print the differences between the models and the revisions.

    Args:
        working_tree: the project's folder there.
        key: the fingerprint of the schema at head there, whose cached database is used.
        ini: the path of the alembic.ini.
        section: its section.
        x_arguments: the arguments that env.py reads as `-x`.

    Returns:
        The exit status: 1 if they cannot be compared, and the reason is printed.
    """
    config = replace(
        load(project_root()),
        alembic_ini=ini,
        alembic_section=section,
        x_arguments=tuple(x_arguments),
    )
    try:
        project = environment.capture(config)
        if module := _module_of(working_tree, config.root):
            raise StrataError(f"{module} is imported from the working tree, not from the commit")
        if head_fingerprint(project.config, project.metadata) == key:
            database = head_database(project)
        else:
            # The cached database of the working tree stays.
            database = scratch.migrated_database(project.config, "heads")
        with database as url:
            compared = compare_models(project, url, every_table=True)
    except (CommandError, StrataError) as error:
        print(getattr(error, "message", error), file=sys.stderr)
        return 1
    differences = {
        *describe.describe_all(compared.operations),
        *map(str, compared.differences),
    }
    print(ANSWER + json.dumps(sorted(differences)))
    return 0


def _module_of(working_tree: Path, copy: Path) -> str:
    """Return a module that is imported from the working tree although the copy has its file.

    An installation of the project may put its own folder before the copy.
    """
    for module in [*sys.modules.values()]:
        file = Path(getattr(module, "__file__", None) or "/").resolve()
        if file.is_relative_to(working_tree) and not file.is_relative_to(copy):
            counterpart = copy / file.relative_to(working_tree)
            if counterpart.exists() and counterpart.resolve().is_relative_to(copy):
                return module.__name__
    return ""


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5:]))
