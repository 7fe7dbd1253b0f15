"""The command line: finds the verb's file in stratakit/cli/commands and prints what stops it."""

import argparse
import difflib
import os
import pkgutil
import sys
import warnings
from errno import EACCES, ENOSPC, EROFS
from importlib import import_module
from types import ModuleType

from stratakit import __version__
from stratakit.cli import commands
from stratakit.config import load
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.revisions import history

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
        status = _run(module, parser.parse_args(arguments))
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
    except Exception as error:
        library_status = _library_error(error)
        if library_status is None:
            raise
        return library_status


def _library_error(error: Exception) -> int | None:
    """Print an error of Alembic or of a driver, and return its exit status; None for another."""
    # Imported here: the fast answers of some verbs do without both.
    from alembic.util import CommandError
    from sqlalchemy.exc import DBAPIError

    from stratakit.engine.errors import driver_message

    sys.stdout.flush()
    if isinstance(error, CommandError):
        print(error, file=sys.stderr)
        return error.__cause__.status if isinstance(error.__cause__, StrataError) else 1
    if isinstance(error, OSError) and error.filename and error.errno in (EACCES, EROFS, ENOSPC):
        print(f"{error.filename} cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    if isinstance(error, DBAPIError):
        reason = driver_message(error)
        print(f"The database refused or was lost: {reason}", file=sys.stderr)
        return 3
    return None


def _run(module: ModuleType, arguments: argparse.Namespace) -> int:
    config = load()
    # A type of an extension is compared by the catalog, which knows it.
    warnings.filterwarnings("ignore", "Did not recognize type")
    warnings.filterwarnings("ignore", "Revision .* is not present", UserWarning)
    # A cycle of foreign keys, which no order of the tables suits.
    warnings.filterwarnings("ignore", "Cannot correctly sort tables")
    try:
        status: int = module.run(arguments, config)
        return status
    except SyntaxError as error:
        raise UsageError(
            f"{error.filename}:{error.lineno}: {error.msg}.",
            detail="A file that Python cannot read stops every command that needs it.",
            hint=f"Correct it, then: {MIGRATE} check",
        ) from error
    except KeyError:
        # Alembic looks up what a revision follows without asking whether it is there.
        history.refuse_gap(config.versions)
        raise


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
