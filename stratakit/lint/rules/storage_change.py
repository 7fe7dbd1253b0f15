from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation

CHANGES = (
    "set expression", "set tablespace", "set logged", "set unlogged", "set access method",
)  # fmt: skip


class StorageChange(Rule):
    """A table is moved to another storage.

    SET EXPRESSION, LOGGED, UNLOGGED, TABLESPACE and ACCESS METHOD rewrite the whole table, while
    nothing can use it. An unlogged table is empty after a crash.
    """

    id = "storage-change"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.execute("ALTER TABLE items SET UNLOGGED")',)
    good = ('op.execute("ALTER TABLE items SET (fillfactor = 90)")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions(*CHANGES):
            if run.existed_before(action.table):
                yield Violation(
                    f"{action.kind.upper()} rewrites {action.table} while nothing can use it",
                    "Create a new table this way, copy the rows in batches, then switch to it.",
                    statement,
                )
