"""Processes that do tasks one after another."""

import os
import signal
import threading
import time
from pathlib import Path

import pytest

from stratakit.process.workers import WorkerDied, run_tasks, start_workers

MODULE = "tests.stratakit.process.answering"


def run(folder: Path, names: list[str], count: int) -> list[tuple[str, object]]:
    """Let workers do tasks, and return each name with its answer."""
    received: list[tuple[str, object]] = []
    with start_workers(MODULE, count) as workers:
        tasks = [(name, str(folder)) for name in names]
        run_tasks(workers, tasks, lambda task, answer: received.append((task[0], answer)))
    return received


def test_few_processes_do_many_tasks(tmp_path: Path) -> None:
    names = ["print", *(f"task {number}" for number in range(20))]
    received = run(tmp_path, names, 2)
    assert sorted(name for name, _ in received) == sorted(names)
    answers = [answer for _, answer in received if isinstance(answer, tuple)]
    assert len(answers) == len(names)
    assert len({process for _, process in answers}) <= 2
    assert os.getpid() not in {process for _, process in answers}


def test_a_process_that_dies_loses_its_own_task_alone(tmp_path: Path) -> None:
    received = dict(run(tmp_path, ["a", "die", "b", "c"], 1))
    died = received.pop("die")
    assert isinstance(died, WorkerDied)
    assert "SIGKILL" in str(died)
    assert [*received] == ["a", "b", "c"]
    assert all(isinstance(answer, tuple) for answer in received.values())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_tasks_that_have_begun_and_begins_no_other(
    tmp_path: Path, number: signal.Signals
) -> None:
    def send() -> None:
        while len(list(tmp_path.glob("begun-*"))) < 2:
            time.sleep(0.005)
        os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    sender = threading.Thread(target=send)
    sender.start()
    received = run(tmp_path, ["wait", "wait", "later", "later"], 2)
    sender.join()
    assert [name for name, _ in received] == ["wait", "wait"]
    assert all(isinstance(answer, tuple) for _, answer in received)
    assert signal.getsignal(number) is before


def test_an_error_of_the_receiver_ends_the_run(tmp_path: Path) -> None:
    def receive(_task: object, _answer: object) -> None:
        raise ZeroDivisionError

    with (
        start_workers(MODULE, 1) as workers,
        pytest.raises(ZeroDivisionError),
    ):
        run_tasks(workers, [("a", str(tmp_path)), ("b", str(tmp_path))], receive)
