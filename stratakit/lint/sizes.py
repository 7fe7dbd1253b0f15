"""Findings in the light of the sizes of the tables."""

from dataclasses import dataclass, field

from stratakit.lint.impact import affected_tables, statement_impacts
from stratakit.lint.rates import Rates
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.statement import Statement
from stratakit.lint.violation import Violation
from stratakit.statistics import Statistics, is_small


@dataclass
class Sizes:
    """The sizes of the tables in production.

    Args:
        statistics: the sizes; without them every table may be large.
        rates: of a scratch server; None if nothing was measured.
    """

    statistics: Statistics = field(default_factory=dict)
    rates: Rates | None = None
    unreported: list[str] = field(default_factory=list)
    """The sentences about findings that were left out."""

    def makes_harmless(self, rule: Rule, violation: Violation, run: RevisionRun) -> bool:
        """Return whether a violation takes no time, because its tables are small; note it then."""
        statement = violation.statement
        if not self.statistics or statement is None or rule.severity != Severity.BLOCKS_TRAFFIC:
            return False
        effects = affected_tables(statement)
        grows_with_table = any(effect != "locks" for effect in effects.values())
        if not grows_with_table or not all(is_small(self.statistics, each) for each in effects):
            return False
        sizes = ", ".join(f"{each} has {self.statistics[each]}" for each in effects)
        self.unreported.append(
            f"{rule.id} in {run.path.name}:{violation.source_line} is not reported: {sizes}."
        )
        return True

    def describe(self, run: RevisionRun, statement: Statement) -> str:
        """Return the sizes of the tables of a statement, and how long it takes."""
        impacts = list(statement_impacts(run, statement, self.statistics, self.rates))
        if not impacts:
            return ""
        slowest = max(impacts, key=lambda impact: impact.seconds or 0.0)
        duration = slowest.duration if slowest.effect != "locks" else ""
        return ": " + ", ".join(filter(None, (str(slowest.size), duration)))
