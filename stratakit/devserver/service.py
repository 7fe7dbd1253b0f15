"""The service as a background process, which outlives the process that starts it."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path

from stratakit.devserver.readiness_probe import HOST, ensure_port_is_free, wait_until_ready
from stratakit.diagnostics.errors import StrataError
from stratakit.process import file_lock

STOP_SECONDS = 10.0
SERVE = (sys.executable, "-m", "uvicorn", "app.main:create_app", "--factory", "--host", HOST)
WRITE_THEN_RUN = ("/bin/sh", "-c", 'echo "$$ $1" >"$0" && shift && exec "$@"')
"""The file is written even if the process that starts the service ends at once."""


@dataclass(frozen=True)
class ServiceProcess:
    """The service in the background, whether it runs or not.

    The service and every process that it forks hold the lock of a file for their whole life. The
    file contains the process group and the port. While the lock is held, the group has a member,
    so its number cannot be reused. Once the lock is free, the contents are out of date.

    Args:
        root: the service's folder.
    """

    root: Path

    @property
    def log(self) -> Path:
        """The service's output since its last start."""
        return self.root / ".local" / "service.log"

    def find_process(self) -> tuple[int, int] | None:
        """Return the process group and the port of the service; None if it does not run.

        Raises:
            StrataError: the lock is held, and the file does not name the holder.
        """
        if not self._lock.exists():
            return None
        with self._starting_lock():
            deadline = time.monotonic() + STOP_SECONDS
            while (descriptor := file_lock.try_lock(self._lock)) is None:
                match = re.fullmatch(r"(\d+) (\d+)\n", self._lock.read_text())
                # To kill(2) the groups 0 and 1 are its own and every process there is.
                if match and int(match[1]) > 1:
                    return int(match[1]), int(match[2])
                if time.monotonic() > deadline:
                    raise StrataError(
                        f"An unknown process holds the lock of {self._lock}.",
                        detail="It is the service, or a remaining process of it.",
                        hint=f"Run: fuser -k {self._lock}",
                    )
                time.sleep(0.01)
            os.close(descriptor)
            return None

    def start(self, port: int) -> bool:
        """Start the service, and wait until `/ready` answers 200.

        Args:
            port: the port on which it listens, on this machine only.

        Returns:
            False if it ran already, on whichever port.

        Raises:
            StrataError: the port is in use, or the service ended, or was not ready in time and was
                stopped.
        """
        with self._starting_lock():
            descriptor = file_lock.try_lock(self._lock)
            if descriptor is None:
                return False
            try:
                ensure_port_is_free(port)
                process = self._launch(port, descriptor)
            finally:
                os.close(descriptor)
        failure: str | None = "interrupted"
        try:
            failure = wait_until_ready(process, port)
        finally:
            if failure:
                self.stop()
        if failure:
            log_end = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise StrataError(f"{failure}\nThe end of {self.log}:\n{log_end}")
        return True

    def changed_files(self) -> list[Path]:
        """Return the files of the application that changed after the service started."""
        started = self._lock.stat().st_mtime
        files = (self.root / "app").rglob("*.py")
        return sorted(each for each in files if each.stat().st_mtime > started)

    def stop(self) -> bool:
        """Stop the service and the processes that it forked, by force if that takes too long.

        Returns:
            False if it did not run.

        Raises:
            StrataError: it belongs to another user, or continues regardless.
        """
        process = self.find_process()
        if process is None:
            return False
        group = process[0]
        for signal_number in (signal.SIGTERM, signal.SIGKILL):
            # If it just ended, the group is gone; if it belongs to another user, it continues.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal_number)
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                if self.find_process() != process:
                    return True
                time.sleep(0.05)
        raise StrataError(
            f"The service does not stop: process group {group} still runs.",
            hint=f"Run: sudo kill -9 -- -{group}",
        )

    @property
    def _lock(self) -> Path:
        return self.root / ".local" / "service.lock"

    def _starting_lock(self) -> AbstractContextManager[None]:
        """Hold the lock that keeps others from reading the file while the service starts."""
        return file_lock.exclusive(self.root / ".local" / "service.starting.lock")

    def _launch(self, port: int, descriptor: int) -> subprocess.Popen[bytes]:
        os.ftruncate(descriptor, 0)
        self.log.unlink(missing_ok=True)
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [*WRITE_THEN_RUN, str(self._lock), str(port), *SERVE, "--port", str(port)],
                cwd=self.root,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[descriptor],
                start_new_session=True,
            )
