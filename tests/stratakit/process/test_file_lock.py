"""Locks on files, which end with their holder."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

from stratakit.process.file_lock import exclusive, release, try_lock


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    held = try_lock(path)
    assert held is not None
    assert try_lock(path) is None
    os.close(held)
    again = try_lock(path)
    assert again is not None
    os.close(again)


def test_the_block_holds_the_lock_and_releases_it(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with exclusive(path):
        assert try_lock(path) is None
    held = try_lock(path)
    assert held is not None
    os.close(held)


def test_an_error_in_the_block_releases_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    try:
        with exclusive(path):
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    held = try_lock(path)
    assert held is not None
    os.close(held)


def test_the_block_waits_for_the_lock(tmp_path: Path) -> None:
    path, events = tmp_path / "lock", list[str]()
    held = try_lock(path)
    assert held is not None

    def wait() -> None:
        with exclusive(path):
            events.append("acquired")

    waiter = threading.Thread(target=wait)
    waiter.start()
    waiter.join(0.1)
    assert waiter.is_alive()
    events.append("released")
    os.close(held)
    waiter.join(10)
    assert events == ["released", "acquired"]


def test_the_end_of_a_process_releases_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    hold = (
        "import sys, time; from pathlib import Path;"
        "from stratakit.process.file_lock import try_lock;"
        "print(try_lock(Path(sys.argv[1])), flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip().isdecimal()
        assert try_lock(path) is None
        process.kill()
    held = try_lock(path)
    assert held is not None
    os.close(held)


def test_the_file_is_created_for_its_user_alone_and_keeps_its_contents(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "lock"
    with exclusive(path):
        pass
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("kept")
    with exclusive(path):
        pass
    assert path.read_text() == "kept"


def test_a_file_that_its_holder_removes_is_locked_by_one_at_a_time(tmp_path: Path) -> None:
    path, inside, most = tmp_path / "lock", list[int](), list[int]()

    def work(number: int) -> None:
        for _ in range(50):
            while (held := try_lock(path)) is None:
                pass
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)
            release(path, held)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    assert (len(most), max(most)) == (200, 1)
    assert not path.exists()
