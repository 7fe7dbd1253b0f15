import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import NEXT, execute, quote_name

READS = re.compile(r"ADD\b(?!.*\bNOT\s+VALID\b)|SET\s+NOT\s+NULL\b", re.IGNORECASE | re.DOTALL)


class DomainValidated(Rule):
    """A constraint of a domain is validated on all rows while nobody can write.

    ALTER DOMAIN scans every table with a column of the domain, under a lock on each.
    """

    id = "domain-validated"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = (
        'op.execute("ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0)")',
        'op.execute("ALTER DOMAIN amount SET NOT NULL")',
    )
    good = (
        'op.execute("ALTER DOMAIN amount ADD CONSTRAINT positive CHECK (VALUE > 0) NOT VALID")',
        'op.execute("ALTER DOMAIN amount VALIDATE CONSTRAINT positive")',
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        created = run.names("create domain")
        for statement, action in run.actions("alter domain"):
            if READS.match(action.text) and action.name not in created:
                yield Violation(
                    f"every table with a column of {action.name} is read: {action.text}",
                    execute(
                        f"ALTER DOMAIN {quote_name(action.name)} "
                        "ADD CONSTRAINT ... CHECK (...) NOT VALID"
                    )
                    + NEXT
                    + execute(f"ALTER DOMAIN {quote_name(action.name)} VALIDATE CONSTRAINT ..."),
                    statement,
                )
