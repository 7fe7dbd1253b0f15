"""The command line: finds the verb's file in stratakit/cli/commands and prints what stops it."""

import argparse
import difflib
import os
import pkgutil
import sys
from dataclasses import replace
from importlib import import_module
from types import ModuleType

from stratakit import __version__
from stratakit.cli import commands
from stratakit.config import load
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError, UsageError

ALIASES = {"generate": "create"}


def run() -> int:
    """Run the verb in this process's arguments; the entry point of the command `stratakit`."""
    return main(sys.argv[1:])


def main(argv: list[str]) -> int:
    """Run one verb.

    Args:
        argv: the verb and its arguments.

    Returns:
        The exit status: 0 for success, 1 for a finding or a refusal, 2 for a wrong call, 3 for a
        database that cannot be reached or had.
    """
    verb, arguments = (argv[0], argv[1:]) if argv else ("help", [])
    if verb in ("help", "-h", "--help"):
        verb, arguments = (arguments[0], ["--help"]) if arguments else ("", [])
    try:
        if verb in ("-V", "--version", "version"):
            print(f"stratakit {__version__}")
            return 0
        if not verb:
            print(_overview(), flush=True)
            return 0
        name, module = _module(verb)
        parser = argparse.ArgumentParser(
            prog=f"{MIGRATE} {name}",
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(parser)
        parser.add_argument(
            "-x",
            metavar="NAME=VALUE",
            action="append",
            default=[],
            dest="x_arguments",
            help="an argument that env.py reads, such as tenant=a",
        )
        parsed = parser.parse_args(arguments)
        config = replace(load(), x_arguments=tuple(parsed.x_arguments))
        status: int = module.run(parsed, config)
        sys.stdout.flush()
        return status
    except StrataError as error:
        # What was printed before comes first, in a file as at a terminal.
        sys.stdout.flush()
        print(error, file=sys.stderr)
        return error.status
    except KeyboardInterrupt:
        print(
            f"\n{verb} was interrupted. See where the database is: {MIGRATE} current",
            file=sys.stderr,
        )
        return 130
    except BrokenPipeError:
        # Whoever reads has enough; what is still held back has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _module(verb: str) -> tuple[str, ModuleType]:
    name = ALIASES.get(verb, verb)
    if name not in _verbs():
        near = difflib.get_close_matches(verb, [*_verbs(), *ALIASES], n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(
            f"There is no verb {verb!r}.{hint}",
            hint=f"All verbs: {MIGRATE} help",
        )
    return name, import_module(f"stratakit.cli.commands.{name}")


def _verbs() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(commands.__path__))


def _overview() -> str:
    lines = [f"Usage: {MIGRATE} VERB [ARGUMENT...]", ""]
    for name in _verbs():
        title = (_module(name)[1].__doc__ or "").partition("\n")[0]
        lines.append(f"  {name:<10} {title}")
    for alias, name in ALIASES.items():
        lines.append(f"  {alias:<10} The same as {name}.")
    lines += [
        f"  {'help':<10} This overview; `help VERB` tells more of one.",
        "",
        "Exit status: 0 done, 1 a finding or a refusal, 2 a wrong call, 3 no database.",
    ]
    return "\n".join(lines)
