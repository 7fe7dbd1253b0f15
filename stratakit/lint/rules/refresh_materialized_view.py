from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import execute, quote_name


class RefreshMaterializedView(Rule):
    """A materialized view is refreshed while nothing can read it.

    REFRESH holds an ACCESS EXCLUSIVE lock until the query ends.
    """

    id = "refresh-materialized-view"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.execute("REFRESH MATERIALIZED VIEW item_names")',)
    good = ('op.execute("REFRESH MATERIALIZED VIEW CONCURRENTLY item_names")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        created = run.names("create materialized view")
        for statement, action in run.actions("refresh materialized view"):
            if "CONCURRENTLY" not in action.flags and action.table not in created:
                yield Violation(
                    f"materialized view {action.table} cannot be read until it is refreshed",
                    execute(f"REFRESH MATERIALIZED VIEW CONCURRENTLY {quote_name(action.table)}")
                    + "  # needs a unique index",
                    statement,
                )
