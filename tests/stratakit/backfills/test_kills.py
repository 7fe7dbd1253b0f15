"""A backfill that is killed again and again: each row is changed once, and memory stays flat."""

import random
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError

from tests.service import Service

KILLS = 20
MEGABYTES = 20
"""The allowed growth of the process's memory."""


def start(project: Service) -> subprocess.Popen[bytes]:
    command = (project.python, "-m", "stratakit", "backfill", "counting")
    return subprocess.Popen(
        command,
        cwd=project.root,
        env=project.environ(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def peak_megabytes(process: subprocess.Popen[bytes]) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else 0.0


def rows_done(project: Service) -> int:
    try:
        rows = project.sql("SELECT rows_done FROM migration_backfills")
    except ProgrammingError:  # there is no table before the first batch
        return 0
    return int(str(rows[0][0])) if rows else 0


@pytest.mark.proof
@pytest.mark.parametrize("rows", [10_000_000])
def test_each_row_is_changed_once_by_a_backfill_that_is_killed_20_times(
    rows: int, make_project: Callable[[str], Service]
) -> None:
    project = make_project("postgresql")
    project.sql(f"INSERT INTO orders (id) SELECT n FROM generate_series(1, {rows}) n")
    project.sql("ANALYZE orders")
    peaks, started = list[float](), time.monotonic()
    for kill in range(KILLS):
        before, process = rows_done(project), start(project)
        while rows_done(project) <= max(before, rows * (kill + 0.5) / (KILLS + 1)):
            assert process.poll() is None
            time.sleep(0.02)
        time.sleep(random.uniform(0, 0.2))
        peaks.append(peak_megabytes(process))
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    last = start(project)
    while last.poll() is None:
        peaks.append(peak_megabytes(last) or peaks[-1])
        time.sleep(0.1)
    assert last.returncode == 0
    seconds = time.monotonic() - started
    assert project.sql("SELECT count(*), min(n), max(n) FROM orders") == [(rows, 1, 1)]
    assert project.sql("SELECT rows_done FROM migration_backfills") == [(rows,)]
    assert max(peaks) - peaks[0] < MEGABYTES
    print(
        f"{rows:,} rows, {KILLS} kills: each row changed once in {seconds:.0f} s "
        f"({rows / seconds:,.0f} rows/s with the restarts), memory {peaks[0]:.0f} MB at "
        f"first, {max(peaks):.0f} MB at most"
    )
