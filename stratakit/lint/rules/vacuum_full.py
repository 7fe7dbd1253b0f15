from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class VacuumFull(Rule):
    """A table is rewritten to reclaim space.

    VACUUM FULL and CLUSTER hold an ACCESS EXCLUSIVE lock until the last row is copied.
    """

    id = "vacuum-full"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql", "mysql")
    shown_on = ("postgresql",)
    bad = ('op.execute("CLUSTER items USING ix_items_status")',)
    good = (
        """
        with op.get_context().autocommit_block():
            op.execute("VACUUM items")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("vacuum full", "cluster"):
            kind = action.kind.upper() if run.backend == "postgresql" else "OPTIMIZE TABLE"
            yield Violation(
                f"{kind} {action.table} stops all traffic until it is rewritten",
                "pg_repack or pg_squeeze does it while the table is used; "
                "a plain VACUUM is often enough."
                if run.backend == "postgresql"
                else "gh-ost or pt-osc does it while the table is used; it is rarely worth it.",
                statement,
            )
