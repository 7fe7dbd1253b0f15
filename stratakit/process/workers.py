"""Processes of Python that do tasks one after another, so that each imports a project once.

A process that dies loses the task that it was doing, and no other one.
"""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

START = """
import os, pickle, sys
tasks, answers = (os.fdopen(int(each), mode) for each, mode in zip(sys.argv[1:3], ("rb", "wb")))
sys.path[:] = pickle.load(tasks)
from importlib import import_module
import_module(sys.argv[3]).work(tasks, answers)
"""
"""The program of a worker, which has the import path of this process."""


class WorkerDied(Exception):  # noqa: N818 - what happened, as in ProcessLookupError
    """The end of a process before its answer.

    Args:
        status: the exit status; the negative number of a signal that ended it.
    """

    def __init__(self, status: int) -> None:
        name = signal.Signals(-status).name if status < 0 else str(status)
        super().__init__(f"its process ended with {name}")


class Worker:
    """One process; it begins when it gets the first task.

    Args:
        module: the module whose function `work` answers tasks.
    """

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def ask(self, task: object) -> object:
        """Return the answer to a task.

        Args:
            task: anything that can be pickled.

        Raises:
            WorkerDied: the process ended. The next task gets another one.
        """
        with self._lock:
            if self._process is None:
                self._start()
        try:
            pickle.dump(task, self._tasks)
            self._tasks.flush()
            answer: object = pickle.load(self._answers)
        except (EOFError, BrokenPipeError, pickle.UnpicklingError):
            raise WorkerDied(self.close()) from None
        return answer

    def signal(self, number: int) -> None:
        """Send a signal to the process, if it runs."""
        with self._lock:
            if self._process is not None and self._process.poll() is None:
                self._process.send_signal(number)

    def close(self) -> int:
        """Let the process end after its task, and return its exit status."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return 0
        with suppress(BrokenPipeError):
            self._tasks.close()
        self._answers.close()
        return process.wait()

    def _start(self) -> None:
        tasks_read, tasks_write = os.pipe()
        answers_read, answers_write = os.pipe()
        passed = (tasks_read, answers_write)
        self._process = subprocess.Popen(
            [sys.executable, "-c", START, *map(str, passed), self._module],
            stdin=subprocess.DEVNULL,
            stdout=2,
            pass_fds=passed,
            # Ctrl-C at a terminal reaches this process alone, which decides what ends.
            start_new_session=True,
        )
        for each in passed:
            os.close(each)
        self._tasks, self._answers = os.fdopen(tasks_write, "wb"), os.fdopen(answers_read, "rb")
        pickle.dump(sys.path, self._tasks)


@contextmanager
def start_workers(module: str, count: int) -> Iterator[list[Worker]]:
    """Return processes for `run_tasks`, which end with the block.

    Args:
        module: the module whose function `work(tasks, answers)` reads pickled tasks from one
            stream and writes pickled answers to another.
        count: the number of processes at most; each begins with its first task.
    """
    workers = [Worker(module) for _ in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.close()


def run_tasks(
    workers: Sequence[Worker],
    tasks: Iterable[object],
    receive: Callable[[Any, object], None],
) -> None:
    """Let processes do tasks, and stop orderly at SIGINT and SIGTERM.

    At the first signal no task begins any more, and each process gets SIGTERM, after which it may
    end its task early. At the second, each process gets SIGINT.

    Args:
        workers: the processes.
        tasks: in their order.
        receive: called with each task and its answer, or with the `WorkerDied` that it got; never
            twice at the same time.
    """
    waiting, lock, stopped = iter(tasks), threading.Lock(), threading.Event()
    failures: list[BaseException] = []

    def follow(worker: Worker) -> None:
        try:
            while True:
                with lock:
                    task = None if stopped.is_set() else next(waiting, None)
                if task is None:
                    return
                try:
                    answer = worker.ask(task)
                except WorkerDied as died:
                    answer = died
                with lock:
                    receive(task, answer)
        except BaseException as error:
            failures.append(error)
            stopped.set()

    threads = [threading.Thread(target=follow, args=(worker,)) for worker in workers]
    with _signals(stopped, workers):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]


@contextmanager
def _signals(stopped: threading.Event, workers: Iterable[Worker]) -> Iterator[None]:
    """Pass signals on to the workers, if this is the thread that gets them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: FrameType | None) -> None:
        number = signal.SIGINT if stopped.is_set() else signal.SIGTERM
        stopped.set()
        # The thread of a worker may hold its lock.
        threading.Thread(target=_signal_all, args=(workers, number)).start()

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _signal_all(workers: Iterable[Worker], number: int) -> None:
    for worker in workers:
        worker.signal(number)
