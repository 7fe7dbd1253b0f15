from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class ReplacedFunction(Rule):
    """A function is changed that an index, a constraint or a trigger uses.

    An index or a generated column keeps the values of the old function, so that queries miss rows.
    A constraint is not checked again. A trigger has another effect on each write of running code.
    """

    id = "replaced-function"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql",)
    bad = (
        """
        op.execute(
            "CREATE OR REPLACE FUNCTION label(text) RETURNS text "
            "LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)'"
        )
        """,
    )
    good = (
        """
        op.execute(
            "CREATE FUNCTION upper_label(text) RETURNS text "
            "LANGUAGE sql IMMUTABLE AS 'SELECT upper($1)'"
        )
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement in run.statements:
            for function, users in statement.replaced_functions.items():
                yield Violation(
                    f"function {function} is changed, and {', '.join(users)} "
                    f"{'relies' if len(users) == 1 else 'rely'} on it",
                    "Create a function of another name, and then in a revision of its own the "
                    "index, constraint or trigger that uses it.",
                    statement,
                )
