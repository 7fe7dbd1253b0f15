"""Show every revision, the newest first, and which are applied."""

from argparse import ArgumentParser, Namespace

from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.revisions import alembic_config, environment, plan, position


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `history` takes."""
    parser.add_argument("-v", "--verbose", action="store_true", help="the whole docstring of each")


def run(arguments: Namespace, config: Config) -> int:
    """Print the chain with a mark for what is pending."""
    directory = alembic_config.scripts(config)
    try:
        with connect(environment.current_url(config), read_only=True) as connection:
            pending = {revision.revision for revision in plan.upgrades(config, connection, "heads")}
    except StrataError as problem:
        print(f"Which are applied is not known. {problem.message}")
        pending = None
    heads = directory.get_heads()
    for revision in directory.walk_revisions():
        marks = ["head"] if revision.revision in heads else []
        if pending is not None:
            marks.append("pending" if revision.revision in pending else "applied")
        parents = ", ".join(revision._versioned_down_revisions) or "the beginning"
        print(
            f"{position.describe_revision(revision)}  ({', '.join([f'after {parents}', *marks])})"
        )
        if arguments.verbose:
            print(f"    {revision.path}")
            for text in (revision.longdoc or "").splitlines()[1:]:
                print(f"    {text}".rstrip())
    return 0
