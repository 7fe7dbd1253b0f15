"""Back up the database to a file that `restore` reads."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from pathlib import Path

from stratakit import commands
from stratakit.backup import files
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object
from stratakit.config import Config
from stratakit.process.progress import format_bytes


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `backup` takes."""
    parser.add_argument(
        "--to",
        metavar="FOLDER",
        type=Path,
        help=f"folder of the backup (default: {files.FOLDER} in the service)",
    )
    parser.add_argument(
        "--verify",
        action=BooleanOptionalAction,
        help="restore it into a scratch database (on the local server, or that of "
        "TEST_DATABASE_URL) and compare schema and rows (default: if there is such a server)",
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Take it, say where it is and how to use it."""
    result = commands.backup(config, arguments.to, verify=arguments.verify)
    if is_json(arguments):
        echo_json(as_object(config, result))
        return 0
    echo(f"Backup: {result.path} ({format_bytes(result.path.stat().st_size)})")
    echo(result.verification)
    echo(f"To restore it: {result.restore_command}")
    return 0
