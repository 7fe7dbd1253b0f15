"""The service as a process of its own, which outlives whoever started it."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from stratakit.devserver.readiness_probe import HOST, ensure_port_is_free, why_not_ready
from stratakit.diagnostics.errors import StrataError
from stratakit.process import file_lock

STOP_SECONDS = 10.0
SERVE = (sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--host", HOST)
WRITE_THEN_RUN = ("/bin/sh", "-c", 'echo "$$ $1" >"$0" && shift && exec "$@"')
"""Not even an end of the starter comes between the service and the file that tells of it."""


@dataclass(frozen=True)
class ServiceProcess:
    """The service in the background, whether it runs or not.

    It holds the lock of a file for its whole life, and so does every process that it forks. The
    file tells its process group and its port. While the lock is held the group has a member, so
    its number can be nobody else's; once the lock is free, the file tells history.

    Args:
        root: the service's folder.
    """

    root: Path

    @property
    def log(self) -> Path:
        """What the service wrote since its last start."""
        return self.root / ".local" / "service.log"

    def running(self) -> tuple[int, int] | None:
        """Its process group and its port; None where it does not run.

        Raises:
            StrataError: the lock is held, and the file does not tell by whom.
        """
        if not self._lock.exists():
            return None
        with self._undisturbed():
            patience = time.monotonic() + STOP_SECONDS
            while (free := file_lock.try_lock(self._lock)) is None:
                told = re.fullmatch(r"(\d+) (\d+)\n", self._lock.read_text())
                # To kill(2) the groups 0 and 1 are its own and every process there is.
                if told and int(told[1]) > 1:
                    return int(told[1]), int(told[2])
                if time.monotonic() > patience:
                    raise StrataError(
                        f"A process holds the lock of {self._lock}, which does not tell which.",
                        detail="It is the service, or what is left of it.",
                        hint=f"Run: fuser -k {self._lock}",
                    )
                time.sleep(0.01)
            os.close(free)
            return None

    def start(self, port: int) -> bool:
        """Start it, and wait until `/ready` answers 200.

        Args:
            port: where it listens, on this machine only.

        Returns:
            False where it ran already, on whichever port.

        Raises:
            StrataError: the port is taken, or the service ended, or was not ready in time and is
                ended.
        """
        with self._undisturbed():
            held = file_lock.try_lock(self._lock)
            if held is None:
                return False
            try:
                ensure_port_is_free(port)
                process = self._launched(port, held)
            finally:
                os.close(held)
        failure: str | None = "interrupted"
        try:
            failure = why_not_ready(process, port)
        finally:
            if failure:
                self.stop()
        if failure:
            told = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise StrataError(f"{failure}\nThe end of {self.log}:\n{told}")
        return True

    def stop(self) -> bool:
        """End it with what it forked, by force where that takes too long.

        Returns:
            False where it did not run.

        Raises:
            StrataError: it is another user's, or goes on all the same.
        """
        found = self.running()
        if found is None:
            return False
        group = found[0]
        for sign in (signal.SIGTERM, signal.SIGKILL):
            # Where it just ended, the group is gone; where it is another user's, it goes on.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, sign)
            patience = time.monotonic() + STOP_SECONDS
            while time.monotonic() < patience:
                if self.running() != found:
                    return True
                time.sleep(0.05)
        raise StrataError(
            f"The service does not stop: process group {group} goes on.",
            hint=f"Run: sudo kill -9 -- -{group}",
        )

    @property
    def _lock(self) -> Path:
        return self.root / ".local" / "service.lock"

    def _undisturbed(self) -> AbstractContextManager[None]:
        """While one process starts the service, none may read what the file told before."""
        return file_lock.exclusive(self.root / ".local" / "service.starting.lock")

    def _launched(self, port: int, held: int) -> subprocess.Popen[bytes]:
        os.ftruncate(held, 0)
        self.log.unlink(missing_ok=True)
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [*WRITE_THEN_RUN, str(self._lock), str(port), *SERVE, "--port", str(port)],
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[held],
                start_new_session=True,
            )
