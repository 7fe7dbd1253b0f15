"""Compare the models, the revisions and the database."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from alembic.runtime.migration import MigrationContext
from alembic.script import Script

from stratakit.adopt import match
from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.diagnostics.finding import Finding
from stratakit.drift import check as drift_check
from stratakit.lint import linter
from stratakit.process.local_folder import create_local_folder
from stratakit.revisions import history, log, plan, position
from stratakit.revisions.position import Position
from stratakit.runtime.environment import Environment, read_databases
from stratakit.scratch import environment
from stratakit.scratch.lifecycle import stop_server_afterwards
from stratakit.updates import conflicts

PLAIN_ALEMBIC = (
    "Plain `alembic upgrade` has no lock, timeouts or retries here: use `stratakit upgrade`, or "
    "call stratakit.alembic.run_migrations() in env.py."
)

NO_SERVER_DEFAULTS = (
    "env.py does not compare server defaults: to compare them, give context.configure() "
    "compare_server_default=True."
)


@dataclass
class CheckResult:
    """The result of a check.

    Args:
        findings: what is wrong; none if all agree.
        position: the position of the database; None if it was not read.
        pending: what an upgrade would apply.
        skipped: what was not looked at, and why.
        has_models: whether env.py has a `target_metadata`, so that models were compared.
        is_reachable: whether the project's database could be looked at.
    """

    findings: list[Finding] = field(default_factory=list)
    position: Position | None = None
    pending: Sequence[Script] = ()
    skipped: list[str] = field(default_factory=list)
    has_models: bool = True
    is_reachable: bool = True


@command
def check_models(config: Config, *, lint: bool = False) -> CheckResult:
    """Compare the models with the revisions; the project's database is not needed.

    Args:
        config: the project's.
        lint: whether to lint the revisions that the main branch does not have, too.

    Raises:
        StrataError: the models or the revisions cannot be read.
        DatabaseUnavailable: no scratch database can be had.
    """
    if unresolved := conflicts.find_conflicts(config.root):
        return CheckResult(unresolved)
    with stop_server_afterwards(config):
        project = environment.capture(config)
        result = CheckResult(drift_check.find_problems(project), has_models=project.has_metadata)
        if lint:
            _lint(project.config, result)
        return result


@command
def check(config: Config, *, lint: bool = False) -> CheckResult:
    """Compare models, revisions and the database.

    Args:
        config: the project's.
        lint: whether to lint the revisions that the main branch does not have, too.

    Raises:
        StrataError: the models or the revisions cannot be read.
        DatabaseUnavailable: no scratch database can be had. A project's database that cannot be
            reached is skipped.
    """
    if unresolved := conflicts.find_conflicts(config.root):
        return CheckResult(unresolved)
    project = environment.capture(config)
    config = project.config
    unguarded = () if project.is_guarded else _notice_once(project)
    result = CheckResult(drift_check.find_problems(project), has_models=project.has_metadata)
    try:
        read_databases(config, partial(_check_database, project, result))
    except StrataError as error:
        # What was found before may be its cause.
        if not isinstance(error, DatabaseUnavailable) and not result.findings:
            raise
        result.skipped.append(f"The database was not compared: {error.message}")
        result.is_reachable = not isinstance(error, DatabaseUnavailable)
    result.skipped += unguarded
    if lint:
        _lint(config, result)
    return result


def _lint(config: Config, result: CheckResult) -> None:
    """Lint what the main branch does not have, if the revisions have an order."""
    if not any(finding.rule == "several-heads" for finding in result.findings):
        linted = linter.lint(config, linter.revisions_since(config))
        result.findings += linted.findings
        result.skipped += linted.skipped


def _check_database(project: Environment, result: CheckResult, context: MigrationContext) -> None:
    config = project.config
    result.position = position.read_position(config, context)
    if unadopted := match.adoption_findings(context, project):
        # What the models lack is known when the database is adopted.
        result.findings = unadopted
    else:
        result.pending = [*result.pending, *plan.upgrades(config, context, "heads")]
    inconsistencies = log.find_inconsistencies(
        config,
        log.read_entries(position.connection_of(context), context.version_table_schema),
        context.get_current_heads(),
        history.read(config.revision_files),
        project.version_table,
    )
    # A file that has a finding gets no second one.
    files = {finding.file for finding in result.findings} - {""}
    result.findings += [each for each in inconsistencies if each.file not in files]


def _notice_once(project: Environment) -> Sequence[str]:
    """Say once in a project what its env.py leaves out."""
    marker = project.config.root / ".local" / "unguarded"
    if marker.exists():
        return ()
    create_local_folder(marker.parent)
    marker.touch()
    if "compare_server_default" in project.arguments:
        return (PLAIN_ALEMBIC,)
    return (PLAIN_ALEMBIC, NO_SERVER_DEFAULTS)
