"""The options and the output of verbs that take `--all`."""

import sys
from argparse import ArgumentParser, Namespace
from collections import Counter
from shlex import quote

from stratakit.cli.output import echo, echo_json, is_json
from stratakit.cli.printing import as_object
from stratakit.commands import TenantResult, TenantsResult
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.process.color import Style
from stratakit.process.progress import format_seconds, progress_bar
from stratakit.tenants import TenantNames, read_file

PARALLEL = 4
SHOWN = 10


def add_tenants(parser: ArgumentParser) -> None:
    """Declare the options for many tenants."""
    parser.add_argument(
        "--all",
        action="store_true",
        help="do it for each tenant of the key tenants in strata.toml, as `-x tenant=NAME`",
    )
    parser.add_argument(
        "--tenants",
        metavar="FILE",
        help="with --all: the tenants in this file, one a line; `-` reads standard input",
    )
    parser.add_argument(
        "--parallel",
        metavar="N",
        type=int,
        default=PARALLEL,
        help="with --all: tenants at the same time, %(default)s by default",
    )


def has_tenants(arguments: Namespace) -> bool:
    """Return whether the verb is for many tenants."""
    return bool(arguments.all or arguments.tenants)


def given_tenants(arguments: Namespace) -> TenantNames | None:
    """Return the tenants of the command line; None for those of strata.toml."""
    return read_file(arguments.tenants) if arguments.tenants else None


class TenantsOutput:
    """The output of a run over tenants: a line for each, and a progress bar at a terminal.

    Args:
        config: the project's.
        arguments: the verb's.
        verb: the one that continues the run.
    """

    def __init__(self, config: Config, arguments: Namespace, verb: str) -> None:
        self._config = config
        self._arguments = arguments
        self._verb = verb
        self._bar = progress_bar("Tenants", unit="tenant", is_shown=False)

    def begin(self, count: int) -> None:
        """Show that the first of some tenants begins."""
        is_shown = not is_json(self._arguments)
        self._bar = progress_bar("Tenants", unit="tenant", total=count, is_shown=is_shown)

    def add(self, result: TenantResult) -> None:
        """Print the line of a tenant."""
        if not is_json(self._arguments):
            with self._bar.external_write_mode(file=sys.stderr):
                echo(_line(result), _STYLES.get(result.state))
        self._bar.update()

    def finish(self, result: TenantsResult) -> int:
        """Print what was not done, at last.

        Returns:
            The exit status: 1 if a tenant was not done.
        """
        self._bar.close()
        if is_json(self._arguments):
            echo_json(as_object(self._config, result))
        else:
            self._print_end(result)
        return 0 if result.is_done else 1

    def _print_end(self, result: TenantsResult) -> None:
        counts: Counter[str] = Counter(each.state for each in result.tenants)
        at_head = sum(each.is_head for each in result.tenants)
        total = len(result.tenants)
        echo(
            f"{at_head} of {total} {'tenant is' if total == 1 else 'tenants are'} at head.",
            "green" if at_head == total else None,
        )
        for state in _ERRORS:
            if counts[state]:
                echo(f"{state.capitalize()}: {counts[state]}", "red")
            for each in result.tenants:
                if each.state == state and each.error:
                    parts = (each.error.message, each.error.detail, each.error.hint)
                    told = "\n".join(filter(None, parts)).replace("\n", "\n    ")
                    echo(f"  {each.name}: {told}")
        for state in _REST:
            if counts[state]:
                names = [each.name for each in result.tenants if each.state == state]
                rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                echo(f"{state.capitalize()}: {', '.join(names[:SHOWN])}{rest}", "yellow")
        if not result.is_done:
            given = self._arguments.tenants
            # Standard input has to be given again.
            before = "cat FILE | " if given == "-" else ""
            options = f"--tenants {quote(given)}" if given else "--all"
            echo(f"Then: {before}{MIGRATE} {self._verb} {options}")


_ERRORS: tuple[str, ...] = ("failed", "unreachable")
_REST: tuple[str, ...] = ("stopped", "not begun")
_STYLES: dict[str, Style] = {
    "failed": "red",
    "unreachable": "red",
    "stopped": "yellow",
}


def _line(result: TenantResult) -> str:
    """Return what a person reads of one tenant."""
    if result.state in ("failed", "unreachable"):
        reason = result.error.message.partition("\n")[0] if result.error else ""
        text = f"{result.state}: {reason}"
    elif result.state == "stopped":
        text = "stopped between two revisions"
    else:
        text = f"at {', '.join(result.heads)}" if result.heads else "before the first revision"
        text += " (head)" if result.is_head else ""
    if result.applied:
        text += f", applied {', '.join(result.applied)} ({format_seconds(result.seconds)})"
    if result.pending:
        text += f", {len(result.pending)} pending"
    return f"{result.name}: {text}"
