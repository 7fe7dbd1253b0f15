"""A terminal at which somebody types."""

import os
import pty
import subprocess
import termios
from contextlib import suppress
from pathlib import Path

from tests.service import Service


def typing(
    answer: str, service: Service, *command: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of a service at a terminal at which one line is typed.

    Returns:
        What it wrote, errors too, as its output.
    """
    keyboard, terminal = pty.openpty()
    try:
        os.write(keyboard, f"{answer}\n".encode())
        return subprocess.run(
            [str(part) for part in command],
            cwd=service.root,
            env=service.environ(**environment),
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=180,
        )
    finally:
        os.close(keyboard)
        os.close(terminal)


def watching(service: Service, *command: str | Path, **environment: str) -> str:
    """Run a command of a service whose streams are all one terminal, and return what it shows."""
    watcher, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    variables = {"TERM": "xterm", **service.environ(**environment)}
    with subprocess.Popen(
        [str(part) for part in command],
        cwd=service.root,
        env=variables,
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
    ) as process:
        os.close(terminal)
        shown = b""
        with suppress(OSError):  # Linux's answer when the last writer has closed its end
            while part := os.read(watcher, 65536):
                shown += part
        process.wait(180)
    os.close(watcher)
    return shown.decode()
