"""The data folder of a server, which PostgreSQL's manual calls a database cluster."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from stratakit.devserver.account import Account
from stratakit.devserver.binaries import binaries, major_version
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError

LOCALE_BEFORE_17 = (("--locale=C.UTF-8",), ("--locale=C",))
LOCALE = (("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),)


def programs_for(data: Path) -> Path:
    """Return the programs that can serve a data folder: those of the version that created it.

    Raises:
        StrataError: that version is not on this machine.
    """
    version_file = data / "PG_VERSION"
    if not version_file.exists():
        return binaries()
    version = version_file.read_text().strip()
    try:
        return binaries(version)
    except StrataError as error:
        raise DatabaseUnavailable(
            f"The local database in {data.parent} was created by PostgreSQL {version}, and this "
            f"machine has PostgreSQL {major_version(binaries())}.",
            detail="A data folder can only be served by the major version that created it.",
            hint=f"To start with an empty local database, run: {MIGRATE} server remove\n"
            f"To keep it, install PostgreSQL {version}.",
        ) from error


def initialize(data: Path, programs: Path, account: Account) -> None:
    """Create the data folder, completely or not at all.

    Every user who can reach the socket may connect, so the folder of the socket has to be closed
    to other users.

    Raises:
        StrataError: initdb failed.
    """
    folder = Path(tempfile.mkdtemp(prefix="unfinished-", dir=data.parent))
    account.take_ownership(folder)
    failure = _run_initdb(folder, programs, account)
    if failure:
        shutil.rmtree(folder)
        raise DatabaseUnavailable(
            f"initdb of {programs} created no local database in {data.parent}:\n{failure}",
            hint="Fix the cause, or set DATABASE_URL to a server that runs elsewhere.",
        )
    folder.rename(data)
    for leftover in data.parent.glob("unfinished-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def discard(data: Path) -> None:
    """Rename the data folder, so that an interrupted deletion is completed later."""
    data.rename(tempfile.mkdtemp(prefix="unfinished-", dir=data.parent))


def _run_initdb(folder: Path, programs: Path, account: Account) -> str:
    """Run initdb with the best locale that it supports, and return its message if it fails."""
    message = ""
    for locale in LOCALE if int(major_version(programs) or 0) >= 17 else LOCALE_BEFORE_17:
        command = (programs / "initdb", "-D", folder, "-U", "postgres", "--auth=trust")
        result = subprocess.run(
            [*account.prefix, *command, "--no-sync", "--encoding=UTF8", *locale],
            capture_output=True,
            text=True,
            errors="replace",
            cwd=folder,
        )
        if result.returncode == 0:
            return ""
        message = result.stderr.strip()
    return message
