"""The user of PostgreSQL's programs, which refuse to run as root or as a user without a name.

https://www.postgresql.org/docs/current/app-postgres.html#APP-POSTGRES-NOTES
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from stratakit.diagnostics.errors import DatabaseUnavailable


@dataclass(frozen=True)
class Account:
    """A user, and the command prefix that runs a program as that user."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def take_ownership(self, folder: Path) -> None:
        """Give a folder with its contents to this user, unless this user owns it already."""
        if folder.stat().st_uid != self.uid:
            # The folder itself comes last, so that an interrupted change starts again.
            for path in (*folder.rglob("*"), folder):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(folder: Path) -> Account:
    """Return the account that runs the server of a folder.

    - Any user but root runs it as that user.
    - Root runs it as root under another name in a user namespace, so that no owner changes.
    - If another user owns the folder, root runs it as the owner.
    - If user namespaces are not available, root runs it as `nobody`, who becomes the owner.

    Args:
        folder: an existing folder, whose owner counts.

    Raises:
        StrataError: this is root, and neither a namespace nor another user works.
    """
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0 and _user_name(uid):
        return Account(uid, gid)
    namespace = _namespace_prefix()
    owner = folder.stat()
    if owner.st_uid in (0, uid) and _can_run(namespace):
        return Account(uid, gid, namespace)
    if uid != 0:
        return Account(uid, gid)
    if owner.st_uid == 0 or not _user_name(owner.st_uid):
        nobody = pwd.getpwnam("nobody")
        uid, gid = nobody.pw_uid, nobody.pw_gid
    else:
        uid, gid = owner.st_uid, owner.st_gid
    if not _can_run(_user_prefix(uid, gid)):
        raise DatabaseUnavailable(
            "PostgreSQL cannot be started by root here: it refuses to run as root, and neither "
            "unshare (a user namespace) nor setpriv (another user) works.",
            detail="The local database of this service is a PostgreSQL server of its own.",
            hint="Run this as another user, or install util-linux.\n"
            "Or set DATABASE_URL, in the environment or in .env, to a server that runs elsewhere.",
        )
    return Account(uid, gid, _user_prefix(uid, gid))


def _namespace_prefix() -> tuple[str, ...]:
    nobody = pwd.getpwnam("nobody")
    return ("unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")


def _user_prefix(uid: int, gid: int) -> tuple[str, ...]:
    """Return the prefix for another user, who may still pass through root's folders to the data.

    `no_setuid_fixup` lets access(2) see that capability, with which PostgreSQL checks files.
    """
    return (
        "setpriv",
        "--securebits=+no_setuid_fixup",
        f"--reuid={uid}",
        f"--regid={gid}",
        "--clear-groups",
        "--inh-caps=-all,+dac_override",
        "--ambient-caps=-all,+dac_override",
    )


def _can_run(prefix: tuple[str, ...]) -> bool:
    try:
        return subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    except OSError:
        return False


def _user_name(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None
