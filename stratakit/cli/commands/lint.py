"""Find dangers in revisions by running them on a scratch database.

Without arguments, lint the revisions that the main branch does not have. Exit status 1 for a
violation without a suppression in the file: `# migrate: allow RULE -- REASON`.
"""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from stratakit import commands
from stratakit.cli.output import echo, echo_findings, warn
from stratakit.cli.printing import print_impacts
from stratakit.config import Config
from stratakit.diagnostics import formatters
from stratakit.diagnostics.command import MIGRATE
from stratakit.lint import explanation


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `lint` takes."""
    parser.add_argument("revision", nargs="*", help="ids of revisions")
    parser.add_argument("--base", help="revisions added since this commit or branch of git")
    parser.add_argument("--all", action="store_true", help="all revisions")
    parser.add_argument(
        "--explain",
        metavar="RULE",
        help="show a rule with bad and good code, or with `all` all titles",
    )
    sizes = parser.add_mutually_exclusive_group()
    sizes.add_argument(
        "--against",
        metavar="URL",
        default="",
        help="estimate durations from the sizes of the tables of this database",
    )
    sizes.add_argument(
        "--statistics",
        metavar="FILE",
        type=Path,
        help="from the sizes in a file (default: migrations/statistics.toml, if it exists)",
    )
    formatters.add_arguments(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Lint, print the findings and what was not looked at; or explain a rule."""
    if arguments.explain:
        name = arguments.explain
        echo(explanation.list_titles() if name == "all" else explanation.explain(name))
        return 0
    result = commands.lint(
        config,
        arguments.revision,
        base=arguments.base,
        every=arguments.all,
        against=arguments.against,
        statistics=arguments.statistics,
    )
    for text in result.skipped:
        warn(text)
    status = echo_findings(result.findings, arguments)
    if arguments.format == "text":
        print_impacts(result.impacts, result.rates)
    if not result.findings and arguments.format == "text":
        plural = "" if result.revisions == 1 else "s"
        echo(f"{result.revisions} revision{plural} linted, nothing found.", "green")
        if not result.revisions and not arguments.all:
            echo(f"The main branch has every revision. To lint all: {MIGRATE} lint --all")
    return status
