"""Write a revision that brings the database to the models.

With --empty a revision without operations, for data or for what Alembic cannot see.
"""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

from alembic import command

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.drift import models, record
from stratakit.revisions import alembic_config, environment, history, review_comments


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `create` takes."""
    parser.add_argument("message", help='what it does, such as "add user phone number"')
    parser.add_argument("--empty", action="store_true", help="write no operations")


def run(arguments: Namespace, config: Config) -> int:
    """Compare, write the file, say what it found and what to do with it."""
    environment.environment(config)
    found: list[str] = []
    alembic = alembic_config.alembic_config(config, quiet=True)
    alembic.attributes["told"] = found.append
    # Alembic shows its progress with each write hook, even when it is quiet.
    with redirect_stdout(sys.stderr):
        written = command.revision(alembic, arguments.message, autogenerate=not arguments.empty)
    if not written:
        return _nothing_written(config)
    for script in written if isinstance(written, Sequence) else [written]:
        assert script is not None
        path = Path(script.path)
        print(f"Wrote {path.relative_to(config.root)}")
    for sentence in found:
        print(f"  {sentence}")
    for file, line, text in review_comments.unresolved_comments(history.read(config.versions)):
        print(f"{file.relative_to(config.root)}:{line}: {text}")
    if left := record.record_new_revision(config):
        print(left)
    elif not arguments.empty:
        for each in models.compare_models(config, environment.metadata(config))[0]:
            print(f"{each.message}\n{each.hint}")
    print(f"After an edit of it: {MIGRATE} record")
    print(f"Review it before you apply it: {MIGRATE} upgrade")
    return 0


def _nothing_written(config: Config) -> int:
    """Say whether the models and the migrations agree, too, in what autogenerate does not see."""
    differences, _ = models.compare_models(config, environment.metadata(config))
    if not differences:
        print("The models and the migrations agree: no revision was written.")
        return 0
    print("No revision was written: autogenerate does not see what differs.")
    for each in differences:
        print(each)
    return 1
