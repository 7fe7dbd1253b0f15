"""Record the present differences of an old project, so that only new ones are reported."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from pathlib import Path

from alembic.runtime.migration import MigrationContext

from stratakit.adopt import match
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.errors import StrataError
from stratakit.drift import models
from stratakit.drift.database import compare_database
from stratakit.lint import linter
from stratakit.revisions import accepted, guards, history, position
from stratakit.revisions.accepted import Accepted
from stratakit.runtime.environment import Environment, read_database
from stratakit.scratch import environment


@dataclass(frozen=True)
class AcceptResult:
    """The result of `accept`.

    Args:
        path: the file of the accepted differences.
        added: the differences that are accepted now.
        unused: the accepted differences that do not exist any more.
        total: the number of accepted differences in the file.
        skipped: what was not looked at, and why.
    """

    path: Path
    added: Sequence[str]
    unused: Sequence[str]
    total: int
    skipped: Sequence[str] = ()


@dataclass
class Present:
    """The differences that exist now.

    Args:
        names: each kind of difference, by its field of `Accepted`; without a kind that was not
            looked at.
        skipped: what was not looked at, and why.
    """

    names: dict[str, Collection[str]] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)


@command
def accept(
    config: Config, *, models_only: bool = False, lint: bool = False, prune: bool = False
) -> AcceptResult:
    """Record the differences of the models and of the database, so that they are not reported.

    Args:
        config: the project's.
        models_only: whether only the models are compared with the revisions, without the database.
        lint: whether the findings of the linter in all revisions are accepted, too.
        prune: remove the accepted differences that do not exist any more, and accept no new one.
            Those of the database are removed if this database does not have them.

    Raises:
        StrataError: there is no revision, or the models or the revisions cannot be read.
        DatabaseUnavailable: no scratch database can be had. A project's database that cannot be
            reached is skipped.
    """
    guards.require_revisions(config)
    project = environment.capture(config)
    config = project.config
    known = accepted.read(config)
    present = Present({"models": _models(project, known.models)})
    if not models_only:
        _add_database(project, present)
    if lint or (prune and known.lint):
        linted = linter.lint_all(config, list(history.read(config.revision_files)))
        present.names["lint"] = {linter.accepted_name(each) for each in linted.findings}
        present.skipped += linted.skipped
    added, unused, after = [], [], known
    for name, found in present.names.items():
        before: frozenset[str] = getattr(known, name)
        unused += sorted(before - {*found})
        added += [] if prune else sorted({*found} - before)
        both = before & {*found} if prune else before | {*found}
        after = replace(after, **{name: both})
    if after != known:
        accepted.write(config, after)
    total = sum(len(getattr(after, each.name)) for each in fields(Accepted))
    path = accepted.accepted_path(config)
    return AcceptResult(path, added, unused, total, present.skipped)


def _models(project: Environment, known: frozenset[str]) -> set[str]:
    """Return the differences of the models: the accepted ones that exist, and the new ones."""
    compared = models.compare_models(project)
    names = known - {*compared.unused(known)}
    # What an accepted operation does not cover is reported once the operation is accepted.
    while new := {
        each.details["difference"]
        for each in compared.findings(names)
        if "difference" in each.details
    }:
        names |= new
    return {*names}


def _add_database(project: Environment, present: Present) -> None:
    try:
        differences = read_database(project.config, partial(_drift, project))
    except StrataError as error:
        present.skipped.append(f"The database was not compared: {error.message}")
        return
    if differences is None:
        present.skipped.append("The database was not compared: it is at no revision.")
    else:
        present.names["database"] = differences


def _drift(project: Environment, context: MigrationContext) -> Collection[str] | None:
    if match.adoption_findings(context, project) or not context.get_current_heads():
        return None
    guards.refuse_invalid_position(project.config, context.get_current_heads())
    compared = compare_database(context, project, position.revision_of(context))
    return {*compared.accepted, *map(str, compared.differences)}
