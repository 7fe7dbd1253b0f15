"""Python programs of a service, run as forks of a process that has imported the libraries already.

Two thirds of the time of a short command are imports of SQLAlchemy and Alembic. A fork is a process
of its own, with arguments, environment, folder and streams of its own; it imports the service's
modules itself, and spares those of the libraries. Where the start of Python is the point of a
test, as with the wrappers, it starts the program by itself.
"""

import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from shutil import rmtree

LIBRARIES = (
    "alembic.command",
    "alembic.autogenerate",
    "mako.template",
    "psycopg",
    "pydantic_settings",
    "pymysql",
    "sqlalchemy.dialects.mysql",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.orm",
)


def run(
    python: str,
    arguments: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    timeout: float,
) -> subprocess.CompletedProcess[str]:
    """Run a script as `python SCRIPT ARGUMENT...` would.

    Args:
        python: the interpreter that the script is to believe that it runs in.
        arguments: the script and what follows it.
        cwd: the folder that it starts in.
        env: its whole environment.
        timeout: seconds after which it is killed.

    Raises:
        subprocess.TimeoutExpired: it was.
    """
    with (
        Path(os.devnull).open("rb") as stdin,
        tempfile.TemporaryFile() as stdout,
        tempfile.TemporaryFile() as stderr,
        socket.socket(socket.AF_UNIX) as channel,
    ):
        channel.connect(_server())
        channel.settimeout(timeout)
        request = {"python": python, "arguments": list(arguments), "cwd": str(cwd), "env": {**env}}
        streams = [stdin.fileno(), stdout.fileno(), stderr.fileno()]
        socket.send_fds(channel, [b"streams"], streams)
        channel.sendall(json.dumps(request).encode() + b"\n")
        answers = channel.makefile()
        pid = int(answers.readline())
        try:
            status = int(answers.readline())
        except TimeoutError as error:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired([python, *arguments], timeout) from error
        told = []
        for stream in (stdout, stderr):
            stream.seek(0)
            told.append(stream.read().decode())
    return subprocess.CompletedProcess([python, *arguments], status, *told)


@cache
def _server() -> str:
    """Start the process that forks, once for each process of the tests; the address of it."""
    folder = tempfile.mkdtemp(prefix="forks-")
    address = f"{folder}/socket"
    process = subprocess.Popen(
        [sys.executable, __file__, address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()

    def end() -> None:
        process.kill()
        process.wait()
        rmtree(folder)

    atexit.register(end)
    return address


def _serve(address: str) -> None:
    for library in LIBRARIES:
        import_module(library)
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen()
        print("ready", flush=True)
        while True:
            channel, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                _answer(channel)
            channel.close()


def _answer(channel: socket.socket) -> None:
    """Fork the command, tell its pid and, when it has ended, its status."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, streams, _, _ = socket.recv_fds(channel, len(b"streams"), 3)
    request = json.loads(channel.makefile().readline())
    pid = os.fork()
    if pid == 0:
        channel.close()
        _become(request, streams)
    channel.sendall(f"{pid}\n".encode())
    _, status = os.waitpid(pid, 0)
    channel.sendall(f"{os.waitstatus_to_exitcode(status)}\n".encode())
    os._exit(0)


def _become(request: dict[str, object], streams: list[int]) -> None:
    """Be the command: its streams, its folder, its environment, its arguments."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    arguments, environment = request["arguments"], request["env"]
    assert isinstance(arguments, list)
    assert isinstance(environment, dict)
    os.chdir(str(request["cwd"]))
    os.environ.clear()
    os.environ.update(environment)
    sys.executable = str(request["python"])
    sys.prefix = str(Path(sys.executable).parent.parent)
    sys.argv = arguments
    script = Path(arguments[0])
    sys.path[0] = str(script.resolve().parent)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    status: object = 0
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as end:
        status = end.code
        if isinstance(status, str):
            print(status, file=sys.stderr)
            status = 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        status = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(status) if isinstance(status, int) else 0)


if __name__ == "__main__":
    _serve(sys.argv[1])
