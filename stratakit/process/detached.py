"""A detached process, which outlives the process that starts it and Ctrl-C in its terminal."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def start(command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str]) -> int:
    """Start a process that is no child of this one, so that no process has to wait for it.

    Args:
        command: the program and its arguments.
        log: the file for its output; an existing one is replaced.
        environment: variables beyond those of this process.

    Returns:
        A descriptor that becomes readable when the process and all its children have ended.
    """
    log.unlink(missing_ok=True)
    log.touch()
    read_end, write_end = os.pipe()
    try:
        subprocess.run(
            ["/bin/sh", "-c", '"$@" >>"$0" 2>&1 </dev/null &', log, *command],
            env={**os.environ, **environment},
            cwd=log.parent,
            pass_fds=[write_end],
            start_new_session=True,
            check=True,
        )
    finally:
        os.close(write_end)
    return read_end
