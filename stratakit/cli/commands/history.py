"""Show every revision, the newest first, and which are applied."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.commands import HistoryEntry
from stratakit.config import Config
from stratakit.revisions.position import describe_revision


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `history` takes."""
    parser.add_argument("-v", "--verbose", action="store_true", help="the whole docstring of each")


def run(arguments: Namespace, config: Config) -> int:
    """Print the revisions with a mark for what is pending."""
    result = commands.history(config)
    if result.unknown:
        print(f"Which are applied is not known. {result.unknown}")
    for entry in result.entries:
        print(f"{describe_revision(entry.script)}  ({', '.join(_marks(entry))})")
        if arguments.verbose:
            print(f"    {entry.script.path}")
            for text in (entry.script.longdoc or "").splitlines()[1:]:
                print(f"    {text}".rstrip())
    return 0


def _marks(entry: HistoryEntry) -> list[str]:
    marks = [f"after {', '.join(entry.parents) or 'the beginning'}"]
    if entry.is_head:
        marks.append("head")
    if entry.is_applied is not None:
        marks.append("applied" if entry.is_applied else "pending")
    return marks
