"""Running a client program, whose own words tell why it failed."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class ClientError(Exception):
    """What a program said before it ended with a status other than 0."""


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    stdin: int | None = None,
    stdout: int | IO[bytes] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program beside the block, and wait for its end.

    Args:
        command: the program and its arguments, which every user of the machine can see.
        environment: variables beyond those of this process.
        stdin: as for Popen; a pipe is closed at the end of the block.
        stdout: as for Popen.

    Raises:
        ClientError: it ended with a status other than 0, or without reading what it was given.
    """
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen(
            command,
            env={**os.environ, "LC_ALL": "C", **(environment or {})},
            stdin=subprocess.DEVNULL if stdin is None else stdin,
            stdout=stdout,
            stderr=told,
        )
        unread = False
        try:
            yield process
            if process.stdin:
                process.stdin.close()
        except BrokenPipeError:
            unread = True
        except BaseException:
            process.kill()
            raise
        finally:
            if process.stdout:
                process.stdout.close()
            process.wait()
        if process.returncode or unread:
            told.seek(0)
            words = told.read().decode(errors="replace").strip()
            raise ClientError(words or f"{Path(command[0]).name} ended with {process.returncode}")


def output(command: Sequence[str | Path], *, environment: Mapping[str, str] | None = None) -> bytes:
    """Run a program for what it prints.

    Args:
        command: the program and its arguments, which every user of the machine can see.
        environment: variables beyond those of this process.

    Raises:
        ClientError: it ended with a status other than 0.
    """
    with running(command, environment=environment, stdout=subprocess.PIPE) as process:
        return process.stdout.read() if process.stdout else b""
