"""A worker for tests: it answers names, and does what some of them say."""

import os
import pickle
import signal
import time
from pathlib import Path
from typing import IO


def work(tasks: IO[bytes], answers: IO[bytes]) -> None:
    """Answer each task, a name and a folder."""
    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: stopped.append(number))
    while True:
        try:
            name, folder = pickle.load(tasks)
        except EOFError:
            return
        if name == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if name == "print":
            print("this is no answer", flush=True)
        if name == "wait":
            (Path(folder) / f"begun-{os.getpid()}").touch()
            while not stopped:
                time.sleep(0.005)
        pickle.dump((name, os.getpid()), answers)
        answers.flush()
