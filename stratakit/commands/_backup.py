"""Write a database into a file."""

from dataclasses import dataclass
from pathlib import Path

from stratakit.backup import files, verification
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.runtime.environment import database_url


@dataclass(frozen=True)
class BackupResult:
    """A backup.

    Args:
        path: the file, readable by its owner alone.
        verification: what it was compared with, or why with nothing.
        restore_command: the command that brings it back.
    """

    path: Path
    verification: str
    restore_command: str


@command
def backup(
    config: Config, folder: Path | None = None, *, verify: bool | None = None
) -> BackupResult:
    """Write the database into a file, from which `restore` brings it back.

    Args:
        config: the project's.
        folder: where to; by default `backups` in the project.
        verify: whether to restore it into a scratch database and compare schema and rows; None
            does so if there is a server for one.

    Raises:
        StrataError: the backup is not what the database holds.
        DatabaseUnavailable: there is no such database, no program for it, no space or no lock.
    """
    path, comparison = verification.create_verified(
        config, database_url(config), folder, verify=verify
    )
    return BackupResult(path, comparison, files.restore_command(path))
