"""The first process of a server, which starts all others."""

import os
import select
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from stratakit.devserver.account import Account
from stratakit.devserver.unix_socket import PORT, SOCKET_NAME, listener_pid
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.process import detached

START_SECONDS = 60.0
"""Longer than any start but one that recovers much after a crash, which continues regardless."""
STOP_SECONDS = 10.0
IN_USE_MESSAGE = "pre-existing shared memory block"
IN_USE_SECONDS = 5.0


@dataclass(frozen=True)
class Postmaster:
    """The process of a data folder, whether it runs or not.

    Args:
        data: the data folder.
        sockets: the folder of its socket.
        log: the file of its output, which each start replaces.
        durable: whether its data survive a power cut.
    """

    data: Path
    sockets: Path
    log: Path
    durable: bool

    @property
    def pid(self) -> int | None:
        """The process that listens at the socket, as `listener_pid` returns it."""
        return listener_pid(self.sockets, self.data / "postmaster.pid")

    def start(self, programs: Path, account: Account) -> None:
        """Start the process, and wait until it accepts connections.

        Raises:
            StrataError: it ends, or accepts no connections in time.
        """
        # The other processes of a server that was just killed are about to end. A new server
        # refuses data that they still have in their memory.
        deadline = time.monotonic() + IN_USE_SECONDS
        while self.pid is not None or not self._launch(programs, account):
            log_end = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            if IN_USE_MESSAGE not in log_end or time.monotonic() > deadline:
                raise DatabaseUnavailable(
                    f"The local PostgreSQL in {self.data.parent} does not start. "
                    f"The end of {self.log}:\n{log_end}",
                    hint="Fix the cause; or, to start with an empty local database, run: "
                    f"{MIGRATE} server remove",
                )
            time.sleep(0.1)

    def wait_until_ready(self, exit_descriptor: int | None = None) -> bool:
        """Wait until the server accepts connections.

        Args:
            exit_descriptor: a descriptor that becomes readable when the process has ended; without
                one, it has ended if no process listens at the socket.

        Returns:
            False if it ended instead, or was not ready in time.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.pid is not None:
                if self._pid_file_lines()[7:] == ["ready"]:
                    return True
            elif exit_descriptor is None:
                return False
            if select.select([] if exit_descriptor is None else [exit_descriptor], [], [], 0.01)[0]:
                return False
        return False

    def stop(self) -> None:
        """Stop the server and its clients' sessions, by force if it takes too long.

        Raises:
            StrataError: it continues regardless, or runs in another container.
        """
        for signal_number in (signal.SIGINT, signal.SIGQUIT):
            pid = self.pid
            if pid and pid > 0:
                os.kill(pid, signal_number)
                deadline = time.monotonic() + STOP_SECONDS
                while self._pid_file.exists() and time.monotonic() < deadline:
                    time.sleep(0.01)
        pid = self.pid
        if pid is not None:
            place = f"process {pid}" if pid else "it runs in another container"
            raise DatabaseUnavailable(
                f"The local PostgreSQL in {self.data.parent} does not stop ({place}).",
                hint=f"Run: kill -9 {pid}" if pid else "Stop it there.",
            )

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _pid_file_lines(self) -> list[str]:
        """Return the lines of the file: the process number first, its state last."""
        try:
            return [line.strip() for line in self._pid_file.read_text().splitlines()]
        except FileNotFoundError:
            return []

    def _launch(self, programs: Path, account: Account) -> bool:
        options: dict[str, str | int] = {
            "listen_addresses": "",
            "port": PORT,
            "unix_socket_directories": str(self.sockets),
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            options |= dict.fromkeys(("fsync", "full_page_writes", "synchronous_commit"), "off")
        command: list[str | Path] = [*account.prefix, programs / "postgres", "-D", self.data]
        command += [f"--{name}={value}" for name, value in options.items()]
        environment = {"LC_ALL": "C", **self._ignore_stale_pid_files()}
        exit_descriptor = detached.start(command, log=self.log, environment=environment)
        try:
            return self.wait_until_ready(exit_descriptor)
        finally:
            os.close(exit_descriptor)

    def _ignore_stale_pid_files(self) -> dict[str, str]:
        """Return the variables that make a new server ignore the number in postmaster.pid.

        That number may belong to any process by now. PostgreSQL takes its grandparent's number
        as one that was reused after a restart (CreateLockFile in miscinit.c), and still refuses
        data that a running server has in its memory. The lock file of the socket is useless in a
        folder that only this server uses.
        """
        (self.sockets / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
        lines = self._pid_file_lines()
        if lines:
            return {"PG_GRANDPARENT_PID": lines[0]}
        self._pid_file.unlink(missing_ok=True)
        return {}
