from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class Fails(Rule):
    """A revision fails.

    It was run on a database at the previous revision, and the database refused it.
    """

    id = "fails"
    severity = Severity.FAILS
    backends = ("postgresql", "sqlite", "mysql")
    checks_downgrade = True
    bad = ('op.execute("ALTER TABLE itmes ADD COLUMN colour text")',)
    good = ('op.execute("ALTER TABLE items ADD COLUMN colour text")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        if run.error and not run.is_irreversible and not run.server_limit:
            yield Violation(f"the {run.direction} fails: {run.error}", "", line=run.error_line)
