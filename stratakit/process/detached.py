"""A process by itself, which neither its starter's end nor Ctrl-C in its terminal ends."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def start(command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str]) -> int:
    """Start a process that is nobody's child, so that nobody has to wait for it.

    Args:
        command: what to run.
        log: where its output goes, begun anew.
        environment: what is added to this process's environment.

    Returns:
        A descriptor that becomes readable when the process and all its children have ended.
    """
    log.unlink(missing_ok=True)
    log.touch()
    ended, held = os.pipe()
    try:
        subprocess.run(
            ["/bin/sh", "-c", '"$@" >>"$0" 2>&1 </dev/null &', log, *command],
            env={**os.environ, **environment},
            cwd=log.parent,
            pass_fds=[held],
            start_new_session=True,
            check=True,
        )
    finally:
        os.close(held)
    return ended
