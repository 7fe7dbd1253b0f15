from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block


class ConcurrentlyUnderTimeout(Rule):
    """CONCURRENTLY runs under a timeout.

    It waits for every older transaction. A timeout cancels it and leaves an INVALID index, which
    slows down writes, serves no read, and satisfies IF NOT EXISTS.
    """

    id = "concurrently-under-timeout"
    severity = Severity.CANNOT_GO_BACK
    backends = ("postgresql",)
    bad = (
        """
        with op.get_context().autocommit_block():
            op.execute("SET lock_timeout = '2s'")
            op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
        """,
    )
    good = (
        """
        with op.get_context().autocommit_block():
            op.execute("SET lock_timeout = 0")
            op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        timeouts: dict[str, bool] = {}
        for statement in run.statements:
            for action in statement.actions:
                if action.kind == "set" and action.name in ("lock_timeout", "statement_timeout"):
                    digits = "".join(letter for letter in action.text if letter.isdigit())
                    timeouts[action.name] = bool(digits.strip("0"))
                if "CONCURRENTLY" not in action.flags:
                    continue
                seen = statement.lock_timeout or statement.statement_timeout
                if seen if run.is_observed else any(timeouts.values()):
                    yield Violation(
                        f"{action.kind} {action.name} CONCURRENTLY runs under a timeout, "
                        "which leaves it INVALID",
                        autocommit_block(
                            'op.execute("SET lock_timeout = 0")',
                            'op.execute("SET statement_timeout = 0")',
                            "...",
                        ),
                        statement,
                    )
