from collections.abc import Iterator
from dataclasses import replace

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.rules import load_rules
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.revisions import phases

CHANGE = """

def upgrade() -> None:
    # migrate: allow drop-column -- the model has it no more
    op.drop_column("items", "note")


def downgrade() -> None:
    op.add_column("items", sa.Column("note", sa.String(50)))
"""


class Phase(Rule):
    """The phase is expand or backfill, and the revision drops what running code uses.

    `/ready` of that code relies on the phase and answers 200: requests arrive, and fail.
    """

    id = "phase"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    bad = ('phase = "expand"\n' + CHANGE,)
    good = ('phase = "contract"\n' + CHANGE,)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        if run.phase not in phases.COMPATIBLE:
            return
        for rule in load_rules().values():
            for violation in rule.check(run) if rule.contract_only else ():
                yield replace(
                    violation,
                    message=f'phase = "{run.phase}" promises that running code works, '
                    f"but {violation.message}",
                    suggestion=f'phase = "{phases.CONTRACT}"',
                )
