"""Write the database into a file, from which `restore` brings it back."""

from argparse import ArgumentParser, BooleanOptionalAction, Namespace
from pathlib import Path

from stratakit.backup import files, verification
from stratakit.config import Config
from stratakit.process.progress import format_bytes
from stratakit.revisions import environment


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `backup` takes."""
    parser.add_argument(
        "--to", metavar="FOLDER", type=Path, help=f"by default {files.FOLDER} in the service"
    )
    parser.add_argument(
        "--verify",
        action=BooleanOptionalAction,
        help="restore it into a scratch database (on the local server, or that of "
        "TEST_DATABASE_URL) and compare schema and rows; by default where there is such a server",
    )


def run(arguments: Namespace, config: Config) -> int:
    """Take it, say where it is and how to use it."""
    path, verified = verification.create_verified(
        config, environment.current_url(config), arguments.to, verified=arguments.verify
    )
    print(f"Backup: {path} ({format_bytes(path.stat().st_size)})")
    print(verified)
    print(f"To restore it: {files.restore_command(path)}")
    return 0
