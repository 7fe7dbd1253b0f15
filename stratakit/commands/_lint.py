"""Find what makes a revision dangerous."""

from collections.abc import Sequence
from pathlib import Path

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.engine import url
from stratakit.engine.connect import connect
from stratakit.lint import linter
from stratakit.lint.linter import LintResult
from stratakit.revisions import guards, history
from stratakit.revisions.history import RevisionHistory
from stratakit.scratch import environment
from stratakit.statistics import Statistics, file, read_statistics

__all__ = ["LintResult", "lint"]


@command
def lint(
    config: Config,
    revisions: Sequence[str] = (),
    *,
    base: str | None = None,
    every: bool = False,
    against: str = "",
    statistics: Path | None = None,
) -> LintResult:
    """Run revisions on a scratch database and find what is dangerous in them.

    Args:
        config: the project's.
        revisions: their ids, or beginnings of them; by default those that the main branch does not
            have.
        base: a commit or branch of git: those added since it.
        every: all revisions.
        against: the URL of a database whose server knows the sizes of the tables.
        statistics: a file with the sizes, as `write_statistics` writes it; by default
            `migrations/statistics.toml`, if it exists.

    Returns:
        The findings that no revision suppresses, and what was not linted.

    Raises:
        StrataError: a revision is unknown, cannot be read, or there are several heads.
        DatabaseUnavailable: the database of `against` cannot be reached.
    """
    guards.require_revisions(config)
    known = history.read(config.revision_files)
    if every:
        wanted = list(known)
    elif revisions:
        wanted = [_resolve(known, revision) for revision in revisions]
    else:
        wanted = linter.revisions_since(config, base)
    if wanted and not config.names("database"):
        # env.py alone knows the kind of database that the revisions are for.
        config = environment.capture(config).config
    return linter.lint(config, wanted, _statistics(config, against, statistics))


def _statistics(config: Config, against: str, path: Path | None) -> Statistics | None:
    if against:
        with connect(url.parse(against, config), read_only=True) as connection:
            return read_statistics(connection)
    return None if path is None else file.read(path)


def _resolve(known: RevisionHistory, revision: str) -> str:
    if revision == "head" and len(known.heads) == 1:
        return known.heads[0]
    matches = (
        [revision] if revision in known else [each for each in known if each.startswith(revision)]
    )
    if len(matches) != 1:
        raise UsageError(
            f"{revision} could be {', '.join(matches)}."
            if matches
            else f"There is no revision {revision}.",
            hint=f"See the revisions: {MIGRATE} history",
        )
    return matches[0]
