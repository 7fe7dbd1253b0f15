"""Write the database into a file, from which `restore` brings it back."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from strata import backup, restored, urls
from strata.backup import files, progress
from strata.config import Config
from strata.connection import connected


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `backup` takes."""
    parser.add_argument(
        "--to", metavar="FOLDER", type=Path, help=f"by default {files.FOLDER} in the service"
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="restore it into a scratch database (on the local server, or that of "
        "TEST_DATABASE_URL) and compare schema and rows",
    )


def run(arguments: Namespace, config: Config) -> int:
    """Take it, say where it is and how to use it."""
    url = urls.current(config)
    before: dict[str, int] = {}
    if arguments.verify:
        with connected(url, reading=True) as connection:
            before = restored.counts(connection)
    path = backup.take(config, url, arguments.to)
    print(f"Backup: {path} ({progress.size(path.stat().st_size)})")
    print(f"To restore it: {files.restoring(path)}")
    if arguments.verify:
        print(f"Restored and compared: {restored.verify(config, url, path, before)}, all there.")
    return 0
