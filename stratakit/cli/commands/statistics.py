"""Show the sizes of the tables from the statistics of the server, which reads no table.

With --write, keep them in migrations/statistics.toml, from which `lint` estimates durations.
"""

from argparse import ArgumentParser, Namespace

from stratakit import commands
from stratakit.cli.output import add_json, echo, echo_json, is_json
from stratakit.cli.printing import as_object, relative
from stratakit.config import Config


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `statistics` takes."""
    parser.add_argument("--write", action="store_true", help="write migrations/statistics.toml")
    add_json(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Print the tables, the largest first, and write the file if asked to."""
    sizes = commands.statistics(config)
    path = commands.write_statistics(config, sizes) if arguments.write else None
    if is_json(arguments):
        echo_json({"tables": as_object(config, sizes), "file": as_object(config, path)})
        return 0
    if not sizes:
        echo("The server has no statistics of tables. On PostgreSQL, run: ANALYZE")
    width = max(map(len, sizes), default=0)
    for name in sorted(sizes, key=lambda name: (-sizes[name].bytes, name)):
        echo(f"{name:<{width}}  {sizes[name]}")
    if path:
        echo(f"Wrote {relative(config, path)}")
    return 0
