"""Run the service in the background: start, stop or status."""

from argparse import ArgumentParser, Namespace

from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.config import Config
from stratakit.devserver.readiness_probe import HOST
from stratakit.devserver.service import ServiceProcess

NOT_RUNNING = 3
"""The exit status of `status`, as of `stratakit server status`."""

RUNS_PROGRAMS = True
"""Programs that it starts print answers, too."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `service` takes."""
    parser.add_argument(
        "command",
        choices=("start", "stop", "status"),
        help="start the service and wait until it is ready, stop it, or show whether it is running",
    )
    parser.add_argument(
        "--port", type=int, default=8000, help="the port to listen on (default: 8000)"
    )
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Run the command; the exit status of `status` is `NOT_RUNNING` if no service runs."""
    service = ServiceProcess(config.root)
    if is_json(arguments):
        return _print_json(service, arguments)
    if arguments.command == "start":
        began = service.start(arguments.port)
        _show(service, "The service runs" if began else "The service already runs")
        if not began and (changed := service.changed_files()):
            first, *others = (str(each.relative_to(config.root)) for each in changed)
            also = f" and {len(others)} more" if others else ""
            echo(f"It serves older code: {first}{also} changed later. Run: make restart")
    elif arguments.command == "stop":
        echo("The service is stopped." if service.stop() else "No service runs in the background.")
    elif service.find_process():
        _show(service, "The service runs")
    else:
        echo("No service runs in the background.")
        return NOT_RUNNING
    return 0


def _print_json(service: ServiceProcess, arguments: Namespace) -> int:
    if arguments.command == "start":
        service.start(arguments.port)
    elif arguments.command == "stop":
        service.stop()
    process = service.find_process()
    url = f"http://{HOST}:{process[1]}" if process else None
    echo_json({"is_running": process is not None, "url": url, "log": str(service.log)})
    return NOT_RUNNING if arguments.command == "status" and not process else 0


def _show(service: ServiceProcess, what: str) -> None:
    found = service.find_process()
    where = f": http://{HOST}:{found[1]}" if found else ""
    echo(f"{what}{where}\nIts log: {service.log}")
