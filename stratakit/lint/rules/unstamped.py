from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class Unstamped(Rule):
    """A revision ends without its version.

    The schema is changed and the version row is not, so the next command runs the revision again.
    """

    id = "unstamped"
    severity = Severity.CANNOT_GO_BACK
    backends = ("postgresql", "sqlite", "mysql")
    checks_downgrade = True
    bad = (
        """
        op.add_column("items", sa.Column("colour", sa.String(20)))
        op.get_bind().commit()
        """,
    )
    good = ('op.add_column("items", sa.Column("colour", sa.String(20)))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        if run.is_unstamped and not run.error:
            line = run.commit_lines[0] if run.commit_lines else 1
            yield Violation(
                f"the {run.direction} ends, and the version row is not updated", "", line=line
            )
