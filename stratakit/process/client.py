"""Running a client program, whose own message explains a failure."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class ClientError(Exception):
    """The message of a program that ended with a status other than 0."""


@contextmanager
def run_client(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    stdin: int | None = None,
    stdout: int | IO[bytes] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program while the block runs, and wait for its end.

    Args:
        command: the program and its arguments, which every user of the machine can see.
        environment: variables beyond those of this process.
        stdin: as for Popen; a pipe is closed at the end of the block.
        stdout: as for Popen.

    Raises:
        ClientError: it ended with a status other than 0, or without reading all of its input.
    """
    with tempfile.TemporaryFile() as stderr:
        process = subprocess.Popen(
            command,
            env={**os.environ, "LC_ALL": "C", **(environment or {})},
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=stdout,
            stderr=stderr,
        )
        has_broken_pipe = False
        try:
            yield process
            if process.stdin:
                process.stdin.close()
        except BrokenPipeError:
            has_broken_pipe = True
        except BaseException:
            process.kill()
            raise
        finally:
            if process.stdout:
                process.stdout.close()
            process.wait()
        if process.returncode or has_broken_pipe:
            stderr.seek(0)
            message = stderr.read().decode(errors="replace").strip()
            raise ClientError(message or f"{Path(command[0]).name} ended with {process.returncode}")


def output(command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None) -> bytes:
    """Run a program and return its output.

    Args:
        command: the program and its arguments, which every user of the machine can see.
        environment: variables beyond those of this process.

    Raises:
        ClientError: it ended with a status other than 0.
    """
    with run_client(command, environment=environment, stdout=subprocess.PIPE) as process:
        return process.stdout.read() if process.stdout else b""
