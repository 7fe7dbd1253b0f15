"""Show all revisions, the newest first, and which are applied."""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object
from stratakit.commands import HistoryEntry
from stratakit.config import Config
from stratakit.revisions.position import describe_revision


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `history` takes."""
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="show the docstring of each revision"
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print the revisions with a mark for what is pending."""
    result = commands.history(config)
    if is_json(arguments):
        echo_json(
            {
                "revisions": [_as_object(config, entry) for entry in result.entries],
                "unknown": result.unknown,
            }
        )
        return 0
    if result.unknown:
        echo(f"The applied revisions are unknown. {result.unknown}")
    for entry in result.entries:
        echo(f"{describe_revision(entry.script)}  ({', '.join(_marks(entry))})")
        if arguments.verbose:
            echo(f"    {entry.script.path}")
            for text in (entry.script.longdoc or "").splitlines()[1:]:
                echo(f"    {text}".rstrip())
    return 0


def _as_object(config: Config, entry: HistoryEntry) -> dict[str, object]:
    revision = as_object(config, entry.script)
    assert isinstance(revision, dict)
    state = {"is_head": entry.is_head, "is_applied": entry.is_applied}
    return {**revision, "parents": list(entry.parents), **state}


def _marks(entry: HistoryEntry) -> list[str]:
    marks = [f"after {', '.join(entry.parents) or 'the beginning'}"]
    if entry.is_head:
        marks.append("head")
    if entry.is_applied is not None:
        marks.append("applied" if entry.is_applied else "pending")
    return marks
