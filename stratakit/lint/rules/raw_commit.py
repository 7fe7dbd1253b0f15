import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block

BLOCK = autocommit_block("...")
COMMIT = re.compile(r"(get_bind\(\)|\b(bind|conn|connection))\.commit\(\)")


class RawCommit(Rule):
    """A revision commits explicitly.

    Its changes are applied without its version: the command succeeds, and the next one runs the
    revision again.
    """

    id = "raw-commit"
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
        lines = list(run.commit_lines)
        if not run.is_observed:
            lines += [
                number
                for number, line in enumerate(run.source.splitlines(), 1)
                if COMMIT.search(line) and not line.lstrip().startswith("#")
            ]
        for line in lines[:1]:
            yield Violation("the revision commits before its version is written", BLOCK, line=line)
        for statement, action in run.actions("transaction"):
            if action.text in ("commit", "rollback", "end"):
                yield Violation(f"the revision executes {action.text.upper()}", BLOCK, statement)
