"""A terminal at which somebody types."""

import os
import pty
import subprocess
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
