"""Find what makes a revision dangerous: it is run on a scratch database and watched.

Without arguments the revisions that the main branch does not have. Exit status 1 where something is
found that the file does not acknowledge: `# migrate: allow RULE -- REASON`.
"""

import sys
from argparse import ArgumentParser, Namespace

from stratakit.config import Config
from stratakit.diagnostics import formatters
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.lint import explanation
from stratakit.lint import linter as linting
from stratakit.revisions import history


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what `lint` takes."""
    parser.add_argument("revision", nargs="*", help="the ids of the revisions")
    parser.add_argument("--base", help="those added since this commit or branch of git")
    parser.add_argument("--all", action="store_true", help="all revisions")
    parser.add_argument(
        "--explain", metavar="RULE", help="show a rule with bad and good code, or all titles: all"
    )
    formatters.add_arguments(parser)


def run(arguments: Namespace, config: Config) -> int:
    """Lint, print the findings and what was not looked at; or explain a rule."""
    if arguments.explain:
        name = arguments.explain
        print(explanation.titles() if name == "all" else explanation.explain(name))
        return 0
    linted = linting.lint(config, _asked(arguments, config))
    for text in linted.unseen:
        print(text, file=sys.stderr)
    status = formatters.print_findings(linted.findings, arguments)
    if not linted.findings and arguments.format == "text":
        plural = "" if linted.revisions == 1 else "s"
        print(f"{linted.revisions} revision{plural} linted, nothing found.")
    return status


def _asked(arguments: Namespace, config: Config) -> list[str]:
    chain = history.read(config.versions)
    if arguments.all:
        return list(chain)
    if arguments.revision:
        return [_known(chain, id) for id in arguments.revision]
    return linting.added(config, arguments.base)


def _known(chain: history.RevisionHistory, id: str) -> str:
    if id == "head" and len(chain.heads) == 1:
        return chain.heads[0]
    found = [id] if id in chain else [known for known in chain if known.startswith(id)]
    if len(found) != 1:
        raise UsageError(
            f"There is no revision {id}." if not found else f"{id} could be {', '.join(found)}.",
            hint=f"See what there is: {MIGRATE} history",
        )
    return found[0]
