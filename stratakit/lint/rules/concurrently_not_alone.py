from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block


class ConcurrentlyNotAlone(Rule):
    """Another statement precedes CONCURRENTLY in one revision.

    The statement is committed without the version. If the index fails, the revision is half
    applied, and fails when it is run again.
    """

    id = "concurrently-not-alone"
    severity = Severity.CANNOT_GO_BACK
    backends = ("postgresql",)
    bad = (
        """
        op.add_column("items", sa.Column("colour", sa.String(20)))
        with op.get_context().autocommit_block():
            op.create_index("ix_items_colour", "items", ["colour"], postgresql_concurrently=True)
        """,
    )
    good = (
        'op.add_column("items", sa.Column("colour", sa.String(20)))',
        """
        with op.get_context().autocommit_block():
            op.create_index("ix_items_colour", "items", ["colour"], postgresql_concurrently=True)
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        before: list[str] = []
        for statement in run.statements:
            for action in statement.actions:
                if "CONCURRENTLY" in action.flags and action.kind == "create index":
                    if before:
                        yield Violation(
                            f"index {action.name} is built CONCURRENTLY behind other changes "
                            f"({before[0]}), which stay if it fails",
                            "Make it a revision of its own:\n"
                            + autocommit_block("op.create_index(...)"),
                            statement,
                        )
                    return
                if (
                    action.kind not in ("select", "set", "show")
                    and "CONCURRENTLY" not in action.flags
                ):
                    before.append(f"{action.kind} {action.table}".strip())
