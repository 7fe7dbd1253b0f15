"""Linting revisions: each is run, and the rules look at what was seen."""

import ast
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from alembic.util import CommandError
from sqlalchemy import MetaData

from stratakit.config import Config
from stratakit.diagnostics.errors import DatabaseUnavailable, StrataError
from stratakit.diagnostics.finding import Finding
from stratakit.lint import rules
from stratakit.lint.suppressions import about_suppression, allows
from stratakit.lint.trace import offline, runner
from stratakit.lint.trace.model import Step, unloadable
from stratakit.lint.trace.sandbox import Bench
from stratakit.lint.violation import Violation
from stratakit.orm import naming
from stratakit.revisions import alembic_config, environment, git, guards, history


@dataclass
class LintResult:
    """What came of linting.

    Args:
        findings: what was found and is not acknowledged.
        unseen: what was not looked at, and why.
        revisions: how many were asked for.
    """

    findings: list[Finding] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    revisions: int = 0


def revisions_since(config: Config, base: str | None = None) -> list[str]:
    """The revisions that the main branch, or another base, does not have.

    Raises:
        StrataError: git does not know the base.
    """
    old = git.list_files(config.versions, base)
    chain = history.read(config.versions)
    return [id for id, revision in chain.items() if revision.path.name not in old]


def lint(config: Config, asked: Sequence[str]) -> LintResult:
    """Lint revisions.

    Args:
        config: the service's.
        asked: the ids of the revisions; those that were there at the adoption are left out.

    Raises:
        StrataError: there are several heads, or a revision cannot be read.
    """
    chain = history.read(config.versions)
    try:
        guards.require_one_head(alembic_config.scripts(config))
    except (StrataError, CommandError):
        raise
    except Exception as error:
        step = unloadable(config, chain, error)
        if step is None:
            raise
        why = f"Nothing was run, for {step.revision} cannot be loaded."
        return LintResult(list(_judged(config, [step])), [why], len(asked))
    exempt = chain.ancestors([config.adopted]) if config.adopted else set()
    # What the first one makes was there before migrations took over, or is new altogether.
    exempt |= {id for id, revision in chain.items() if not revision.parents}
    wanted = {id for id in asked if id not in exempt}
    linted = LintResult(revisions=len(wanted))
    if not wanted:
        return linted
    steps: dict[str, list[Step]] = {}
    for step in _steps(config, wanted, linted):
        steps.setdefault(step.revision, []).append(step)
    for id, both in steps.items():
        linted.findings += sorted(_judged(config, both), key=lambda found: found.line)
        if any(step.incomplete for step in both):
            linted.skipped.append(
                f"{id} asks the database for an answer, and was not read further."
            )
    for id in wanted - set(steps):
        linted.skipped.append(f"{id} was not looked at, since one before it fails.")
    return linted


def _steps(config: Config, wanted: set[str], linted: LintResult) -> Iterator[Step]:
    alembic = alembic_config.alembic_config(config, quiet=True)
    metadata = _metadata(config)
    with ExitStack() as stack:
        try:
            bench = stack.enter_context(Bench(config, metadata, alembic))
        except DatabaseUnavailable as error:
            linted.skipped.append(
                "No revision was run, for there is no server: locks, rewritten and scanned tables, "
                f"plans and failures were not looked at. {error.message}"
            )
            yield from offline.steps(config, metadata, alembic, wanted)
        else:
            yield from runner.steps(bench, wanted)


def _metadata(config: Config) -> MetaData:
    """The models' tables; where they cannot be imported, the naming convention alone."""
    try:
        return environment.metadata(config)
    except StrataError:
        return MetaData(naming_convention=naming.NAMING_CONVENTION)


def _judged(config: Config, steps: Sequence[Step]) -> Iterator[Finding]:
    """The findings about a revision that it does not acknowledge, and its acknowledgements' own."""
    source = steps[0].source
    acknowledged = list(allows(source))
    spans = _statements(source)
    file = str(steps[0].path.relative_to(config.root).as_posix())
    seen = set()
    for step in steps:
        for name, danger in _found(step):
            line = danger.statement.line if danger.statement else danger.line
            first, last = _span(spans, line)
            matching = [
                allow
                for allow in acknowledged
                if allow.rule == name
                and allow.reason
                and first <= allow.last
                and allow.first <= last
            ]
            for allow in matching:
                allow.used = True
            if not matching and (name, line, danger.what) not in seen:
                seen.add((name, line, danger.what))
                yield _finding(name, danger, step, file, line or 1)
    for allow in acknowledged:
        elsewhere = allow.rule in rules.rules() and not _concerns(allow.rule, steps[0])
        if not allow.used and not elsewhere:
            yield about_suppression(allow.rule, allow.reason, file, allow.line)


def _concerns(rule: str, step: Step) -> bool:
    return step.backend in rules.rules()[rule].DATABASES


def _found(step: Step) -> Iterator[tuple[str, Violation]]:
    """What the rules find in a step; the last resorts only where no other rule said it."""
    said: set[int] = set()
    last_resorts = []
    for name, rule in rules.rules().items():
        if step.backend not in rule.DATABASES or not (step.up or hasattr(rule, "DOWNGRADE")):
            continue
        if hasattr(rule, "LAST_RESORT"):
            last_resorts.append((name, rule))
            continue
        for danger in rule.find(step):
            if rule.SEVERITY in ("blocks traffic", "fails", "loses data"):
                said.add(danger.statement.line if danger.statement else danger.line)
            yield name, danger
    for name, rule in last_resorts:
        for danger in rule.find(step):
            if (danger.statement.line if danger.statement else danger.line) not in said:
                yield name, danger


def _finding(name: str, danger: Violation, step: Step, file: str, line: int) -> Finding:
    rule = rules.rules()[name]
    _, _, reason = (rule.__doc__ or "").partition("\n")
    details = {
        "severity": str(rule.SEVERITY),
        "revision": step.revision,
        "direction": step.direction,
    }
    if statement := danger.statement:
        details["statement"] = " ".join(statement.text.split())
        table, mode = statement.strongest
        if mode:
            details["lock"] = f"{mode} on {table}"
        if mode or statement.online:
            details["held"] = statement.lasting
    lock = f" ({details['lock']}, {details['held']})" if "lock" in details else ""
    return Finding(
        rule=name,
        message=f"{name}: {danger.what}.{lock}",
        detail=" ".join(reason.split()),
        hint=danger.recipe,
        file=file,
        line=line,
        details=details,
    )


def _statements(source: str) -> list[tuple[int, int]]:
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and not hasattr(node, "body")
    ]


def _span(spans: Sequence[tuple[int, int]], line: int) -> tuple[int, int]:
    inside = [span for span in spans if span[0] <= line <= span[1]]
    return min(inside, key=lambda span: span[1] - span[0], default=(line, line))
