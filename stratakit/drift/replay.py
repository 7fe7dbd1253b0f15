"""Apply the revisions to a scratch database, in a process of its own.

Its arguments are the revision, the alembic.ini and its section, and what env.py reads as `-x`.

The URL is read from standard input, because every user of a machine can see command lines. The
connection is handed to env.py, which names the project's own database.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace

from alembic.util import CommandError

from stratakit import scratch
from stratakit.config import load
from stratakit.diagnostics.command import project_root
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.url import parse
from stratakit.process.quiet import quiet_alembic, quiet_warnings, separate_output


def main(revision: str, url: str, ini: str, section: str, x_arguments: Sequence[str] = ()) -> int:
    """Upgrade an empty database to a revision.

    Args:
        revision: the revision, or `heads`.
        url: the database.
        ini: the path of the alembic.ini.
        section: its section.
        x_arguments: the arguments that env.py reads as `-x`.

    Returns:
        The exit status: 1 if a revision fails; the reason is all that stdout gets.
    """
    config = replace(
        load(project_root()),
        alembic_ini=ini,
        alembic_section=section,
        x_arguments=tuple(x_arguments),
    )
    with quiet_alembic(), quiet_warnings(), separate_output() as answers:
        try:
            scratch.upgrade(parse(url, config), config, revision)
        except (CommandError, StrataError) as error:
            print(error, file=answers)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.stdin.read(), sys.argv[2], sys.argv[3], sys.argv[4:]))
