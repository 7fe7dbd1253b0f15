"""As whom PostgreSQL's programs run: they refuse to run as root, or as a user without a name.

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
    """A user, and the words before a command that run it as that user."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()

    def own(self, folder: Path) -> None:
        """Give a folder with all it holds to this user, unless it is theirs already."""
        if folder.stat().st_uid != self.uid:
            # The folder itself comes last, so that what is interrupted here is begun again.
            for path in (*folder.rglob("*"), folder):
                os.chown(path, self.uid, self.gid, follow_symlinks=False)


def account_for(folder: Path) -> Account:
    """As whom the server of a folder runs.

    Anyone but root: as themselves. Root: as root under another name in a user namespace of its
    own, so that no file changes hands; where the folder is another user's, as that user; where
    user namespaces are closed, as `nobody`, who is given the folder.

    Args:
        folder: an existing folder, whose owner counts.

    Raises:
        StrataError: this is root, and neither way is open.
    """
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0 and _name(uid):
        return Account(uid, gid)
    namespace = _namespace()
    owner = folder.stat()
    if owner.st_uid in (0, uid) and _runs(namespace):
        return Account(uid, gid, namespace)
    if uid != 0:
        return Account(uid, gid)
    if owner.st_uid == 0 or not _name(owner.st_uid):
        nobody = pwd.getpwnam("nobody")
        uid, gid = nobody.pw_uid, nobody.pw_gid
    else:
        uid, gid = owner.st_uid, owner.st_gid
    if not _runs(_switch(uid, gid)):
        raise DatabaseUnavailable(
            "PostgreSQL cannot be started by root here: it refuses to run as root, and neither "
            "unshare (a user namespace) nor setpriv (another user) works.",
            detail="The local database of this service is a PostgreSQL server of its own.",
            hint="Run this as another user, or install util-linux.\n"
            "Or set DATABASE_URL, in the environment or in .env, to a server that runs elsewhere.",
        )
    return Account(uid, gid, _switch(uid, gid))


def _namespace() -> tuple[str, ...]:
    nobody = pwd.getpwnam("nobody")
    return ("unshare", "--user", f"--map-user={nobody.pw_uid}", f"--map-group={nobody.pw_gid}")


def _switch(uid: int, gid: int) -> tuple[str, ...]:
    """Another user, who may still pass through root's folders to the programs and the data.

    `no_setuid_fixup` lets access(2) see that capability too: PostgreSQL looks for itself with it.
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


def _runs(prefix: tuple[str, ...]) -> bool:
    try:
        return subprocess.run([*prefix, "true"], capture_output=True).returncode == 0
    except OSError:
        return False


def _name(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None
