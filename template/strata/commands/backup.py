"""Write the database into a file, from which `restore` brings it back."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from strata import backup, urls
from strata.backup import files, progress
from strata.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `backup` takes."""
    parser.add_argument(
        "--to", metavar="FOLDER", type=Path, help=f"by default {files.FOLDER} in the service"
    )


def run(arguments: Namespace, config: Config) -> int:
    """Take it, say where it is and how to use it."""
    path = backup.take(config, urls.current(config), arguments.to)
    print(f"Backup: {path} ({progress.size(path.stat().st_size)})")
    print(f"To restore it: {files.restoring(path)}")
    return 0
