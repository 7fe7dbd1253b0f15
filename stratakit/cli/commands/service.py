"""The service in the background: `stratakit service start|stop|status [--port N]`."""

import argparse
import sys

from stratakit import config
from stratakit.devserver.readiness_probe import HOST
from stratakit.devserver.service import ServiceProcess
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError

NOT_RUNNING = 3
"""The exit status of `status`, as of `stratakit server status`."""


def main(argv: list[str] | None = None) -> int:
    """Start or stop the service in the background, or tell whether it runs.

    Args:
        argv: the arguments; by default those of this process.

    Returns:
        The exit status: 0, `NOT_RUNNING` for `status` where it does not run, or a problem's own.
    """
    parser = argparse.ArgumentParser(
        prog=f"{MIGRATE} service", description="This service in the background."
    )
    parser.add_argument(
        "command",
        choices=("start", "stop", "status"),
        help="start it and wait until it is ready, stop it, or tell whether it runs",
    )
    parser.add_argument("--port", type=int, default=8000, help="where it listens (8000)")
    arguments = parser.parse_args(argv)
    try:
        return _run(arguments.command, arguments.port)
    except StrataError as problem:
        print(problem, file=sys.stderr)
        return problem.status
    except KeyboardInterrupt:
        return 130


def _run(command: str, port: int) -> int:
    service = ServiceProcess(config.load().root)
    if command == "start":
        began = service.start(port)
        _tell(service, "The service runs" if began else "The service already runs")
    elif command == "stop":
        print("The service is stopped." if service.stop() else "The service does not run.")
    elif service.running():
        _tell(service, "The service runs")
    else:
        print("The service does not run.")
        return NOT_RUNNING
    return 0


def _tell(service: ServiceProcess, what: str) -> None:
    found = service.running()
    where = f": http://{HOST}:{found[1]}" if found else ""
    print(f"{what}{where}\nIts log: {service.log}")


if __name__ == "__main__":
    sys.exit(main())
