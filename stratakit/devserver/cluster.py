"""The folder of a server's data, which PostgreSQL's manual calls a database cluster."""

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
    """The programs that can serve a data folder: those of the version that made it.

    Raises:
        StrataError: that version is not on this machine.
    """
    made_by = data / "PG_VERSION"
    if not made_by.exists():
        return binaries()
    version = made_by.read_text().strip()
    try:
        return binaries(version)
    except StrataError as missing:
        raise DatabaseUnavailable(
            f"The local database in {data.parent} was made by PostgreSQL {version}, and this "
            f"machine has PostgreSQL {major_version(binaries())}.",
            detail="A data folder can only be served by the major version that made it.",
            hint=f"To begin with an empty local database, run: {MIGRATE} server remove\n"
            f"To keep it, install PostgreSQL {version}.",
        ) from missing


def initialise(data: Path, programs: Path, account: Account) -> None:
    """Make the data folder, whole or not at all.

    Every user of this machine who reaches the socket is let in, so the folder that holds the
    socket has to be closed to others.

    Raises:
        StrataError: initdb failed.
    """
    unfinished = Path(tempfile.mkdtemp(prefix="unfinished-", dir=data.parent))
    account.own(unfinished)
    told = _initdb(unfinished, programs, account)
    if told:
        shutil.rmtree(unfinished)
        raise DatabaseUnavailable(
            f"initdb of {programs} could not make the local database in {data.parent}:\n{told}",
            hint="Mend what it names, or set DATABASE_URL to a server that runs elsewhere.",
        )
    unfinished.rename(data)
    for interrupted in data.parent.glob("unfinished-*"):
        shutil.rmtree(interrupted, ignore_errors=True)


def discard(data: Path) -> None:
    """Make the data folder one that an interrupted deletion leaves to be cleaned up later."""
    data.rename(tempfile.mkdtemp(prefix="unfinished-", dir=data.parent))


def _initdb(folder: Path, programs: Path, account: Account) -> str:
    """Run initdb with the best locale it can do; what it told of its failure."""
    told = ""
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
        told = result.stderr.strip()
    return told
