"""The answers of the verbs: text for people, JSON for programs, both on stdout alone."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TextIO

from stratakit.diagnostics import formatters
from stratakit.diagnostics.errors import StrataError
from stratakit.diagnostics.finding import Finding
from stratakit.process.color import Style, paint
from stratakit.process.quiet import quiet_alembic, quiet_warnings, separate_output

_streams: list[TextIO] = []
"""The stream of the answers while a verb runs."""


@contextmanager
def only_answers() -> Iterator[None]:
    """Let a verb print its answers, and nothing else reach stdout."""
    with ExitStack() as resources:
        resources.enter_context(quiet_alembic())
        resources.enter_context(quiet_warnings())
        _streams.append(resources.enter_context(separate_output()))
        resources.callback(_streams.pop)
        yield


def echo(text: object, style: Style | None = None, *, end: str = "\n") -> None:
    """Print a part of the answer.

    Args:
        text: its lines.
        style: the colour at a terminal.
        end: what follows it.
    """
    stream = _streams[-1] if _streams else sys.stdout
    print(paint(str(text), style, stream) if style else text, end=end, file=stream, flush=True)


def warn(text: str) -> None:
    """Print a notice on stderr, apart from the answer."""
    print(paint(text, "yellow", sys.stderr), file=sys.stderr)


def add_json(parser: ArgumentParser) -> None:
    """Declare `--json`, for a verb whose answer is no list of findings."""
    parser.add_argument(
        "--json",
        dest="format",
        action="store_const",
        const="json",
        default="text",
        help="print one JSON object",
    )


def add_lose(parser: ArgumentParser) -> None:
    """Declare `--lose`, the consent of a script to the loss of rows."""
    parser.add_argument(
        "--lose",
        metavar="NAMES",
        type=_names,
        default=(),
        help="without a terminal: what may be lost, such as orders,items.phone (tables, columns)",
    )


def add_local_consent(parser: ArgumentParser) -> None:
    """Declare the consents of a verb that changes the local database alone."""
    parser.add_argument(
        "--yes",
        metavar="DATABASE",
        help="the name of the database, if env.py connects to one on this machine",
    )
    add_lose(parser)


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(","))


def is_json(arguments: Namespace | None) -> bool:
    """Return whether the answer is for a program."""
    return getattr(arguments, "format", "text") == "json"


def echo_json(value: object) -> None:
    """Print the answer for a program."""
    echo(json.dumps(value, indent=2))


def echo_sql(sql: str, arguments: Namespace) -> int:
    """Print SQL as it is, or in an object; the exit status is that of success."""
    if is_json(arguments):
        echo_json({"sql": sql})
    else:
        echo(sql, end="")
    return 0


def echo_findings(findings: Sequence[Finding], arguments: Namespace) -> int:
    """Print findings in the format of the command's options.

    Returns:
        The exit status: 1 if there are any.
    """
    if arguments.format == "text":
        echo_text(findings)
    elif findings or arguments.format in ("json", "gitlab"):
        echo(formatters.FORMATS[arguments.format](findings))
    return 1 if findings else 0


def echo_text(findings: Sequence[Finding]) -> None:
    """Print findings for a person, with the headlines in red."""
    headlines = {finding.headline for finding in findings}
    if findings:
        for line in formatters.as_text(findings).splitlines():
            echo(line, "red" if line in headlines else None)


def print_error(error: StrataError, *, as_json: bool) -> None:
    """Print what stops a verb: for a person on stderr, for a program on stdout."""
    sys.stdout.flush()
    if as_json:
        keys = {"what": error.message, "why": error.detail, "remedy": error.hint}
        print(json.dumps({"error": {**keys, "status": error.status}}, indent=2), flush=True)
        return
    first, *rest = str(error).splitlines() or [""]
    print("\n".join([paint(first, "red", sys.stderr), *rest]), file=sys.stderr)
