"""Containers where there is no Docker: real namespaces on a copy-on-write view of this machine."""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
NAMESPACES = ("unshare", "--mount", "--pid", "--fork")
WITHIN_SECONDS = 60.0
STOPS_WITHIN_SECONDS = 8.0
"""Docker gives a container ten before it kills it."""


@dataclass(frozen=True)
class Image:
    """What a container begins with.

    Args:
        layer: what its file system has beyond this machine's.
        environment: what ENV says.
        folder: what WORKDIR says.
        user: what USER says, as `uid:gid`.
        command: what CMD says.
        health: the command of HEALTHCHECK.
        history: what made it.
    """

    layer: Path
    environment: Mapping[str, str] = field(default_factory=lambda: {"PATH": PATH})
    folder: str = "/"
    user: str = "0:0"
    command: tuple[str, ...] = ()
    health: tuple[str, ...] = ()
    history: tuple[str, ...] = ()

    def run(
        self,
        *command: str,
        mounts: Mapping[Path, str] | None = None,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> tuple[int, str]:
        """Run a command to its end, in this machine's network.

        Args:
            command: the program and its arguments.
            mounts: folders of this machine, and where they are in there.
            environment: beyond the image's own.
            user: `uid:gid`; by default the image's own.

        Returns:
            Its exit status and what it wrote.
        """
        process = self._start(command, mounts or {}, environment or {}, user or self.user)
        told, _ = process.communicate(timeout=600)
        return process.returncode, told

    @contextmanager
    def container(
        self,
        *command: str,
        mounts: Mapping[Path, str] | None = None,
        environment: Mapping[str, str] | None = None,
        user: str | None = None,
    ) -> Iterator["Container"]:
        """Run a command, by default CMD's, as `run` does, until the block ends.

        It has a network of its own, so that every container has every port.
        """
        given = {**self.environment, **(environment or {})}
        process = self._start(
            command or self.command, mounts or {}, given, user or self.user, "--net"
        )
        container = Container(process, given)
        try:
            container.wait_until_entered()
            yield container
        finally:
            container.kill()

    def _start(
        self,
        command: tuple[str, ...],
        mounts: Mapping[Path, str],
        environment: Mapping[str, str],
        user: str,
        *more_namespaces: str,
    ) -> subprocess.Popen[str]:
        root, work = self.layer.with_name("root"), self.layer.with_name("work")
        lines = [
            f"mkdir -p {root} {work}",
            f"mount -t overlay -o lowerdir=/,upperdir={self.layer},workdir={work} none {root}",
            f"mount -t proc proc {root}/proc",
            f"mount --rbind /dev {root}/dev",
            f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp",
            f"mkdir -p {root}{self.folder}",
        ]
        for source, target in mounts.items():
            lines += [f"mkdir -p {root}{target}", f"mount --bind {source} {root}{target}"]
        if "--net" in more_namespaces:
            lines += ["ip link set lo up"]
        known = {**self.environment, **environment}
        words = ["env", "--ignore-environment", *(f"{name}={text}" for name, text in known.items())]
        words += ["chroot", "--groups=", f"--userspec={user}", str(root)]
        words += ["sh", "-c", 'cd "$0" && exec "$@"', self.folder, *command]
        return subprocess.Popen(
            [
                *NAMESPACES,
                *more_namespaces,
                "sh",
                "-ec",
                "\n".join([*lines, shlex.join(["exec", *words])]),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@dataclass(frozen=True)
class Container:
    """A running container."""

    process: subprocess.Popen[str]
    environment: Mapping[str, str]

    @property
    def first(self) -> int:
        """The number of its first process, on this machine."""
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return int(tasks.read_text())

    def wait_until_entered(self) -> None:
        """Wait until its root folder is its own."""
        here = Path("/").stat().st_dev
        while self.process.poll() is None:
            with suppress(ValueError, OSError):
                if Path(f"/proc/{self.first}/root/").stat().st_dev != here:
                    return
            time.sleep(0.01)

    def exec(self, *command: str) -> tuple[int, str]:
        """Run a command beside the first process, as root: its status and what it wrote."""
        done = subprocess.run(
            [
                *("nsenter", f"--target={self.first}", "--mount", "--pid", "--net"),
                *("--root", "--wd", "env", "--ignore-environment"),
                *(f"{name}={text}" for name, text in self.environment.items()),
                *command,
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def wait_for(self, *command: str) -> None:
        """Repeat a command, such as a health check, until it succeeds."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while True:
            assert self.process.poll() is None, self.process.communicate()[0]
            status, told = self.exec(*command)
            if not status:
                return
            assert time.monotonic() < deadline, told
            time.sleep(0.2)

    def kill(self) -> None:
        """End it with all that runs in it, which its first process takes along."""
        with suppress(ValueError, OSError):
            os.kill(self.first, signal.SIGKILL)
        self.process.kill()
        self.process.communicate()

    def stop(self) -> str:
        """End it by a signal to its first process, as `docker stop` does: what it wrote.

        Raises:
            subprocess.TimeoutExpired: it would have been killed.
        """
        os.kill(self.first, signal.SIGTERM)
        return self.process.communicate(timeout=STOPS_WITHIN_SECONDS)[0]
