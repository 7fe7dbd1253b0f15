"""The linter: each revision is run, and the rules check what was seen."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import groupby

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import MetaData

from stratakit.config import Config
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.diagnostics.finding import Finding
from stratakit.engine.errors import INSTALL_ON_SERVER_HINT
from stratakit.lint.impact import Impact, find_impacts
from stratakit.lint.rates import Rates, measure_rates
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.rules import load_rules
from stratakit.lint.sizes import Sizes
from stratakit.lint.suppressions import (
    Suppression,
    innermost_span,
    parse_suppressions,
    statement_spans,
    suppression_finding,
)
from stratakit.lint.trace.offline import OfflineReader
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.runner import RevisionRunner
from stratakit.lint.trace.sandbox import Sandbox
from stratakit.lint.violation import Violation
from stratakit.orm import naming
from stratakit.revisions import accepted, alembic_config, git, guards, history, manifest
from stratakit.runtime.environment import Environment
from stratakit.scratch import environment
from stratakit.statistics import Statistics
from stratakit.statistics.file import read_committed

IMPORTED = re.compile(r"^(?:from|import)\s+([\w.]+)", re.MULTILINE)
GRAVE = {Severity.BLOCKS_TRAFFIC, Severity.FAILS, Severity.LOSES_DATA}
"""The severities after which no fallback has anything to add in the same line."""


@dataclass(frozen=True)
class LintResult:
    """The result of linting.

    Args:
        findings: the violations that are not suppressed, and the suppressions of nothing.
        skipped: sentences about what was not checked or not reported, and why.
        revisions: the number of revisions that were to be linted.
        impacts: the effects of the upgrades on tables whose size is known.
        rates: the rates by which they are estimated; None if nothing was measured.
    """

    findings: list[Finding]
    skipped: list[str]
    revisions: int
    impacts: Sequence[Impact] = ()
    rates: Rates | None = None


def revisions_since(config: Config, base: str | None = None) -> list[str]:
    """Return the ids of the revisions that another commit does not have.

    Args:
        config: the project's.
        base: a commit or a branch; by default the main branch.

    Raises:
        StrataError: git does not know the base.
    """
    old = git.list_files(config.versions, base)
    revisions = history.read(config.revision_files)
    return [key for key, revision in revisions.items() if revision.path.name not in old]


def lint(
    config: Config, revisions: Sequence[str], statistics: Statistics | None = None
) -> LintResult:
    """Lint revisions, and leave out what the project has accepted.

    The arguments and errors are those of `lint_all`.
    """
    result = lint_all(config, revisions, statistics)
    known = history.read(config.revision_files)
    linted = {manifest.relative_path(config, known[each].path) for each in revisions}
    names = accepted.read(config).lint
    candidates = {each for each in names if each.rpartition(": ")[0] in linted}
    unused = sorted(candidates - {accepted_name(each) for each in result.findings})
    findings = [each for each in result.findings if accepted_name(each) not in names]
    return replace(result, findings=[*findings, *accepted.unused_findings(config, unused)])


def accepted_name(finding: Finding) -> str:
    """Return how a finding is accepted: its file and its rule."""
    return f"{finding.file}: {finding.rule}"


def lint_all(
    config: Config, revisions: Sequence[str], statistics: Statistics | None = None
) -> LintResult:
    """Lint revisions.

    Args:
        config: the project's.
        revisions: the ids of the revisions; those up to the adopted one are left out.
        statistics: the sizes of the tables in production; by default those of the committed file.

    Raises:
        StrataError: there are several heads, or a revision cannot be read.
    """
    known = history.read(config.revision_files)
    try:
        guards.require_one_head(ScriptDirectory.from_config(alembic_config.alembic_config(config)))
    except (StrataError, CommandError):
        raise
    except Exception as error:
        run = RevisionRun.from_load_error(config, known, error)
        if run is None:
            raise
        reason = f"Nothing was run, because {run.revision} cannot be loaded."
        return LintResult(list(_findings(config, [run], Sizes())), [reason], len(revisions))
    wanted = set(revisions) - _exempt_revisions(config, known)
    count, findings = len(wanted), list[Finding]()
    if statistics is None:
        statistics = read_committed(config)
    runs, skipped, rates = _run(config, wanted, statistics) if wanted else ([], [], None)
    sizes = Sizes(statistics, rates)
    upgrades = [run for run in runs if run.is_upgrade]
    runs = [
        replace(run, followers=tuple(upgrades[upgrades.index(run) + 1 :]))
        if run.is_upgrade
        else run
        for run in runs
    ]
    for revision, group in groupby(runs, key=lambda run: run.revision):
        both = list(group)
        rules = None if revision in wanted else [load_rules()["fails"]]
        wanted.discard(revision)
        findings += sorted(_findings(config, both, sizes, rules), key=lambda finding: finding.line)
        skipped += [text for run in both if (text := _limits(run))]
    skipped += [
        f"{revision} was not linted, because an earlier revision cannot be run."
        for revision in known
        if revision in wanted
    ]
    skipped += sizes.unreported
    return LintResult(findings, skipped, count, find_impacts(runs, statistics, rates), rates)


def observe(
    config: Config, revisions: Collection[str], statistics: Statistics
) -> tuple[list[Impact], Rates | None]:
    """Run revisions, and return their effects on tables of a known size, with the measured rates.

    The arguments are those of `lint_all`.
    """
    runs, _, rates = _run(config, set(revisions), statistics)
    return find_impacts(runs, statistics, rates), rates


def _limits(run: RevisionRun) -> str:
    """Describe what could not be checked of a run; empty if all was."""
    if run.is_incomplete:
        return f"{run.revision} asks the database for an answer, and the rest of it was not linted."
    if run.server_limit:
        return (
            f"The {run.direction} of {run.revision} stopped early: {run.error}. "
            f"{run.server_limit}\n{INSTALL_ON_SERVER_HINT}"
        )
    if run.row_error:
        return (
            f"The {run.direction} of {run.revision} fails on the sample rows of the scratch "
            f"database, and was run on empty tables: {run.row_error}"
        )
    return ""


def _exempt_revisions(config: Config, known: history.RevisionHistory) -> set[str]:
    """Return the revisions that existed at the adoption, and the first ones, which create all."""
    adopted = known.ancestors([config.adopted]) if config.adopted else set()
    return adopted | {key for key, revision in known.items() if not revision.parents}


Runs = tuple[list[RevisionRun], list[str], Rates | None]
"""Runs, sentences about what was not checked, and the rates of the server."""


def _run(config: Config, revisions: set[str], statistics: Statistics) -> Runs:
    """Run revisions in a sandbox, or read them if there is no server for one."""
    project = _project(config)
    runs, skipped, rates = _run_with(config, project.metadata, revisions, statistics)
    written = _autogenerated_imports(project)
    return [replace(run, autogenerated_imports=written) for run in runs], skipped, rates


def _run_with(
    config: Config, metadata: MetaData, revisions: set[str], statistics: Statistics
) -> Runs:
    alembic = alembic_config.alembic_config(config, quiet=True)
    with ExitStack() as stack:
        try:
            sandbox = stack.enter_context(Sandbox(config, metadata, alembic))
        except DatabaseUnavailable as error:
            runs = list(OfflineReader(config, metadata, alembic).read(revisions))
            skipped = (
                "No revision was run, because there is no server: locks, rewritten and scanned "
                "tables, "
                f"plans and failures were not checked. {error.message}"
            )
            return runs, [skipped], None
        runs = list(RevisionRunner(sandbox).run(revisions))
        needs_rates = any(
            impact.effect != "locks" and not impact.size.is_small
            for impact in find_impacts(runs, statistics, None)
        )
        rates = measure_rates(sandbox.connection, sandbox.backend) if needs_rates else None
        missing = revisions - {run.revision for run in runs}
        if not missing or not runs[-1].server_limit:
            return runs, [], rates
        runs += OfflineReader(config, metadata, alembic).read(missing)
        names = ", ".join(sorted(missing))
        skipped = (
            f"Only the text of {names} was checked, because an earlier revision cannot be run."
        )
        return runs, [skipped], rates


def _project(config: Config) -> Environment:
    """Return what env.py says; the naming convention alone if it cannot be run."""
    try:
        return environment.capture(config)
    except StrataError:
        metadata = MetaData(naming_convention=naming.NAMING_CONVENTION)
        return Environment(config, {"target_metadata": metadata})


def _autogenerated_imports(project: Environment) -> frozenset[str]:
    """Return the modules that autogenerate imports: those of env.py's types and of the template."""
    template = project.config.migrations_folder / "script.py.mako"
    text = template.read_text(encoding="utf-8") if template.exists() else ""
    prefix = project.arguments.get("user_module_prefix") or ""
    return frozenset({prefix.rstrip("."), *IMPORTED.findall(text)} - {""})


def _findings(
    config: Config,
    runs: Sequence[RevisionRun],
    sizes: Sizes,
    rules: Collection[Rule] | None = None,
) -> Iterator[Finding]:
    """Yield the findings about one revision.

    Args:
        config: the project's.
        runs: its upgrade, and its downgrade.
        sizes: of the tables in production.
        rules: the rules that check it; None for all. Only then is every suppression needed.
    """
    source = runs[0].source
    file = runs[0].path.relative_to(config.root).as_posix()
    suppressions = list(parse_suppressions(source))
    spans = statement_spans(source)
    used: set[Suppression] = set()
    reported: set[tuple[str, int, str]] = set()
    for run in runs:
        for rule, violation in _violations(run, load_rules().values() if rules is None else rules):
            line = violation.source_line
            span = innermost_span(spans, line)
            covering = {each for each in suppressions if each.covers(rule.id, span)}
            used |= covering
            key = (rule.id, line, violation.message)
            if covering or key in reported or sizes.makes_harmless(rule, violation, run):
                continue
            reported.add(key)
            yield _finding(rule, violation, run, file, sizes)
    for suppression in suppressions:
        named_rule = load_rules().get(suppression.rule)
        is_of_other_database = named_rule and runs[0].backend not in named_rule.backends
        # A run that failed did not reach all lines.
        is_checked = rules is None and not any(run.error for run in runs)
        if (
            suppression not in used
            and not is_of_other_database
            and (is_checked or not suppression.reason)
        ):
            yield suppression_finding(suppression, file)


def _violations(run: RevisionRun, all_rules: Collection[Rule]) -> Iterator[tuple[Rule, Violation]]:
    """Yield what the rules find in a run; of fallbacks only what no other rule has found."""
    rules = [
        rule
        for rule in all_rules
        if run.backend in rule.backends and (run.is_upgrade or rule.checks_downgrade)
    ]
    covered: set[int] = set()
    for rule in sorted(rules, key=lambda rule: rule.fallback):
        for violation in rule.check(run):
            if not rule.fallback and rule.severity in GRAVE:
                covered.add(violation.source_line)
            if not rule.fallback or violation.source_line not in covered:
                yield rule, violation


def _finding(
    rule: Rule, violation: Violation, run: RevisionRun, file: str, sizes: Sizes
) -> Finding:
    details = {
        "severity": str(rule.severity),
        "revision": run.revision,
        "direction": run.direction,
    }
    if statement := violation.statement:
        details["statement"] = " ".join(statement.text.split())
        table, mode = statement.strongest_lock
        if mode:
            details["lock"] = f"{mode} on {table}"
        if mode or statement.algorithm:
            details["held"] = statement.lock_duration + sizes.describe(run, statement)
    lock = f" ({details['lock']}, {details['held']})" if "lock" in details else ""
    return Finding(
        rule=rule.id,
        message=f"{rule.id}: {violation.message}.{lock}",
        detail=rule.reason(run.backend),
        hint=violation.suggestion,
        file=file,
        line=violation.source_line or 1,
        details=details,
    )
