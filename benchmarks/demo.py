"""From `copier copy` to the first 200: renders a service, runs it and uses it over HTTP."""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

REPOSITORY = Path(__file__).resolve().parent.parent
SERVICE = REPOSITORY / "build" / "demo"
PYTHON = str(SERVICE / ".venv" / "bin" / "python")
MIGRATE = (PYTHON, "scripts/migrate.py")
# The working tree is a commit that nobody has: stratakit is installed from its folder.
SOURCE = ("--data", f"stratakit={REPOSITORY.as_uri()}")
COPY = (sys.executable, "-m", "copier", "copy", "--defaults", "--vcs-ref", "HEAD", *SOURCE)
ITEM = {"name": "A cup of tea", "price": "2.50"}

# The demonstration has its own database, whichever the caller's environment names, and installs as
# a service by itself does. uv is the one of the environment that this runs in, so that no time goes
# into its installation.
SETTINGS = {
    "DATABASE_URL",
    "TEST_DATABASE_URL",
    "ENVIRONMENT",
    "VIRTUAL_ENV",
    "MAKEFLAGS",
    "UV_COMPILE_BYTECODE",
    "PYTHONDONTWRITEBYTECODE",
}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in SETTINGS}
ENVIRONMENT["PATH"] = f"{Path(sys.executable).parent}:{ENVIRONMENT['PATH']}"


class StageError(Exception):
    """A stage that went wrong, with what it said."""


def main() -> int:
    """Run the stages and print the seconds of each; end the service, unless it is to be kept.

    Returns:
        The exit status: 1 where a stage failed.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", action="store_true", help="leave the service running")
    keep = parser.parse_args().keep
    try:
        remove()
        port = free_port()
        begun = time.perf_counter()
        stage("copier copy", *COPY, str(REPOSITORY), str(SERVICE), folder=REPOSITORY)
        stage("make install-dev", "make", "install-dev")
        stage("start PostgreSQL", *MIGRATE, "server", "start")
        stage("apply the migrations", *MIGRATE, "upgrade")
        stage("serve", *MIGRATE, "service", "start", "--port", str(port))
        print(f"{time.perf_counter() - begun:6.2f} s  from copier copy to the first 200")
        use(port)
    except StageError as failed:
        print(failed, file=sys.stderr)
        keep = False
        return 1
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:
            stop()
    if keep:
        print(f"Open http://127.0.0.1:{port}/docs\nEnd it: make -C {SERVICE} down")
    else:
        print(f"It has ended. Open it: make demo KEEP=1, or make -C {SERVICE} dev")
    return 0


def stage(name: str, *command: str, folder: Path = SERVICE) -> None:
    """Run a command and print what it took.

    Raises:
        StageError: it ended with a status other than 0.
    """
    begun = time.perf_counter()
    done = subprocess.run(
        command,
        cwd=folder,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise StageError(f"{name} failed ({' '.join(command)}):\n{done.stdout}")
    print(f"{time.perf_counter() - begun:6.2f} s  {name}", flush=True)


def use(port: int) -> None:
    """Create an item, and read it again.

    Raises:
        StageError: the service refused it, or gave another than the one that was created.
    """
    begun = time.perf_counter()
    address = f"http://127.0.0.1:{port}/v1/items"
    headers = {"Content-Type": "application/json"}
    try:
        with urlopen(Request(address, json.dumps(ITEM).encode(), headers)) as answer:
            created = json.load(answer)
        with urlopen(f"{address}/{created['id']}") as answer:
            read = json.load(answer)
    except URLError as error:
        log = (SERVICE / ".local" / "service.log").read_text()
        raise StageError(f"{address} failed: {error}\n{log}") from error
    if read != created or read["name"] != ITEM["name"]:
        raise StageError(f"Created {created}, but read {read}.")
    print(f"{time.perf_counter() - begun:6.2f} s  create an item and read it: {read}")


def stop() -> None:
    """End what runs in the service's folder; its data stay."""
    for verb in ("service", "server"):
        if Path(PYTHON).exists():
            subprocess.run(
                [*MIGRATE, verb, "stop"], cwd=SERVICE, env=ENVIRONMENT, capture_output=True
            )


def remove() -> None:
    """Remove the service of an earlier run."""
    stop()
    shutil.rmtree(SERVICE, ignore_errors=True)


def free_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
