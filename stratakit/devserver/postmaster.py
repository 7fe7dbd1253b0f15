"""The first process of a server, from which all its others come."""

import os
import select
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from stratakit.devserver.account import Account
from stratakit.devserver.unix_socket import NAME, PORT, listener
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import DatabaseUnavailable
from stratakit.process import detached

START_SECONDS = 60.0
"""Longer than any start but one after a crash with much to recover, which goes on regardless."""
STOP_SECONDS = 10.0
IN_USE = "pre-existing shared memory block"
IN_USE_SECONDS = 5.0


@dataclass(frozen=True)
class Postmaster:
    """The process that serves a data folder, whether it runs or not.

    Args:
        data: the data folder.
        sockets: the folder of its socket.
        log: where its output goes; begun anew with each start.
        durable: whether its data outlive a power cut.
    """

    data: Path
    sockets: Path
    log: Path
    durable: bool

    @property
    def pid(self) -> int | None:
        """The process that listens at the socket, as `listener` tells it."""
        return listener(self.sockets, self.data / "postmaster.pid")

    def start(self, programs: Path, account: Account) -> None:
        """Start it and wait until it answers.

        Raises:
            StrataError: it ends again, or does not answer in time.
        """
        # Right after a server was killed its other processes are about to end, and a new one
        # refuses the data that they still have in their memory.
        patience = time.monotonic() + IN_USE_SECONDS
        while self.pid is not None or not self._launch(programs, account):
            told = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            if IN_USE not in told or time.monotonic() > patience:
                raise DatabaseUnavailable(
                    f"The local PostgreSQL in {self.data.parent} does not start. "
                    f"The end of {self.log}:\n{told}",
                    hint="Mend what it names; or, to begin with an empty local database, run: "
                    f"{MIGRATE} server remove",
                )
            time.sleep(0.1)

    def answers(self, ended: int | None = None) -> bool:
        """Wait until connections are let in.

        Args:
            ended: a descriptor that becomes readable when the process has ended; without one,
                nobody listening at the socket tells it.

        Returns:
            False where it ended instead, or did not come so far in time.
        """
        patience = time.monotonic() + START_SECONDS
        while time.monotonic() < patience:
            if self.pid is not None:
                if self._pid_file_lines()[7:] == ["ready"]:
                    return True
            elif ended is None:
                return False
            if select.select([] if ended is None else [ended], [], [], 0.01)[0]:
                return False
        return False

    def stop(self) -> None:
        """End it with its clients' sessions, by force where it takes too long.

        Raises:
            StrataError: it goes on all the same, or runs in another container.
        """
        for sign in (signal.SIGINT, signal.SIGQUIT):
            pid = self.pid
            if pid and pid > 0:
                os.kill(pid, sign)
                patience = time.monotonic() + STOP_SECONDS
                while self._pid_file.exists() and time.monotonic() < patience:
                    time.sleep(0.01)
        pid = self.pid
        if pid is not None:
            where = f"process {pid}" if pid else "it runs in another container"
            raise DatabaseUnavailable(
                f"The local PostgreSQL in {self.data.parent} does not stop ({where}).",
                hint=f"Run: kill -9 {pid}" if pid else "Stop it there.",
            )

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def _pid_file_lines(self) -> list[str]:
        """The number of the process first, how far it has come last."""
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
        environment = {"LC_ALL": "C", **self._past_stale_pid_files()}
        ended = detached.start(command, log=self.log, environment=environment)
        try:
            return self.answers(ended)
        finally:
            os.close(ended)

    def _past_stale_pid_files(self) -> dict[str, str]:
        """What makes a new server take the number in postmaster.pid for nobody's.

        That process may be anyone's by now, so it is not asked. PostgreSQL takes its
        grandparent's number for one that a restart gave out again (CreateLockFile in
        miscinit.c), and still refuses data that a living server has in its memory.
        The socket's own lock file is of no use in a folder where only this server's lies.
        """
        (self.sockets / f"{NAME}.lock").unlink(missing_ok=True)
        lines = self._pid_file_lines()
        if lines:
            return {"PG_GRANDPARENT_PID": lines[0]}
        self._pid_file.unlink(missing_ok=True)
        return {}
