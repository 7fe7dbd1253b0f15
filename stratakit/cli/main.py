"""The command line: finds the verb's file in stratakit/cli/commands and prints what stops it."""

import argparse
import difflib
import gc
import os
import pkgutil
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import ModuleType

from stratakit import __version__
from stratakit.cli import commands, output
from stratakit.config import Config, load
from stratakit.diagnostics.command import MIGRATE, project_root
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.diagnostics.requirements import unsupported_version

ALIASES = {"generate": "create"}


def run() -> int:
    """Run the verb in this process's arguments; the entry point of the command `stratakit`."""
    # Most of what a short process allocates stays to its end: each collection looks at it in vain,
    # and so does the last one, when Python ends. Both are a quarter of an `upgrade` with nothing
    # to do.
    gc.set_threshold(100_000, 50, 50)
    try:
        return main(sys.argv[1:])
    finally:
        gc.freeze()


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
    parsed: argparse.Namespace | None = None
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
        _add_alembic_arguments(parser)
        parsed = parser.parse_args(arguments)
        config = _read_config(parsed)
        status: int
        if getattr(module, "RUNS_PROGRAMS", False):
            status = module.run(parsed, config)
            sys.stdout.flush()
        else:
            with output.only_answers():
                status = module.run(parsed, config)
        return status
    except StrataError as error:
        output.print_error(error, as_json=output.is_json(parsed))
        return error.status
    except ImportError:
        if (unsupported := unsupported_version()) is None:
            raise
        output.print_error(unsupported, as_json=output.is_json(parsed))
        return unsupported.status
    except KeyboardInterrupt:
        print(
            f"\n{verb} was interrupted. Show the revision of the database: {MIGRATE} current",
            file=sys.stderr,
        )
        return 130
    except BrokenPipeError:
        # Whoever reads has enough; what is still held back has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


def _add_alembic_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command `alembic` that say what env.py is run with."""
    parser.add_argument(
        "-c",
        "--config",
        metavar="FILE",
        dest="alembic_ini",
        default=os.environ.get("ALEMBIC_CONFIG"),
        help="the alembic.ini, if it is in another folder; also by the variable ALEMBIC_CONFIG",
    )
    parser.add_argument(
        "-n", "--name", metavar="SECTION", dest="alembic_section", help="its section"
    )
    parser.add_argument(
        "-x",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        dest="x_arguments",
        help="an argument that env.py reads, such as tenant=a",
    )


def _read_config(parsed: argparse.Namespace) -> Config:
    """Read the project's configuration; what the command line names counts more."""
    ini, section = parsed.alembic_ini, parsed.alembic_section
    if ini and not Path(ini).is_file():
        raise UsageError(
            f"There is no file {ini}.", hint=f"Name the alembic.ini: {MIGRATE} VERB -c FILE"
        )
    # With -c, a folder is a project although it has no alembic.ini.
    config = load(project_root()) if ini else load()
    config = replace(
        config,
        alembic_ini=str(Path(ini).resolve()) if ini else config.alembic_ini,
        alembic_section=section or config.alembic_section,
        x_arguments=tuple(parsed.x_arguments),
    )
    if not (config.tenants and config.x_arguments):
        return config
    # Few calls name a tenant, and parsing a URL imports SQLAlchemy.
    from stratakit.tenants import find_url

    return replace(config, database_url=find_url(config))


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


def _title(name: str) -> str:
    """Return the first line of a verb's docstring, without importing what the verb needs."""
    source = pkgutil.get_data(commands.__name__, f"{name}.py") or b""
    return source.decode().partition('"""')[2].partition("\n")[0].removesuffix('"""')


def _overview() -> str:
    lines = [f"Usage: {MIGRATE} VERB [ARGUMENT...]", ""]
    for name in _verbs():
        lines.append(f"  {name:<10} {_title(name)}")
    for alias, name in ALIASES.items():
        lines.append(f"  {alias:<10} The same as {name}.")
    lines += [
        f"  {'help':<10} Show this overview, or with a verb its arguments: help VERB.",
        "",
        "Exit status: 0 done, 1 a finding or a refusal, 2 a wrong call, 3 no database.",
    ]
    return "\n".join(lines)
