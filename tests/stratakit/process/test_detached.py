"""A detached process, which outlives the one that starts it."""

import os
import select
import subprocess
import sys
import time
from pathlib import Path

from stratakit.process import detached

# Waits until somebody opens the other end of the pipe, and then prints.
WAIT = "import os; open('gate').read(); print(os.environ['WORD'], os.getcwd())"
STARTER = """
import sys
from pathlib import Path
from stratakit.process.detached import start

start([sys.executable, "-c", sys.argv[1]], log=Path(sys.argv[2]), environment={"WORD": "started"})
"""


def test_a_descriptor_is_readable_when_the_process_has_ended(tmp_path: Path) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    log.write_text("of the run before")
    os.mkfifo(gate)
    command = [sys.executable, "-c", WAIT]
    ended = detached.start(command, log=log, environment={"WORD": "started"})
    try:
        assert select.select([ended], [], [], 0) == ([], [], [])
        gate.write_text("")
        assert select.select([ended], [], [], 30)[0] == [ended]
    finally:
        os.close(ended)
    assert log.read_text() == f"started {tmp_path}\n"


def test_a_process_outlives_its_starter(tmp_path: Path) -> None:
    log, gate = tmp_path / "log", tmp_path / "gate"
    os.mkfifo(gate)
    subprocess.run([sys.executable, "-c", STARTER, WAIT, str(log)], check=True)
    gate.write_text("")
    deadline = time.monotonic() + 30
    while not log.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert log.read_text() == f"started {tmp_path}\n"
