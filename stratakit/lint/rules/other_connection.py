import ast
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class OtherConnection(Rule):
    """A revision opens a connection of its own.

    Its statements are not part of the revision's transaction: they stay if the revision fails, and
    wait indefinitely for locks of the revision itself.
    """

    id = "other-connection"
    severity = Severity.CANNOT_GO_BACK
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql",)
    bad = (
        """
        with op.get_bind().engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE items ADD COLUMN colour text"))
        """,
    )
    good = (
        """
        connection = op.get_bind()
        connection.execute(sa.text("ALTER TABLE items ADD COLUMN colour text"))
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for node in ast.walk(ast.parse(run.source)):
            if isinstance(node, ast.Call) and _opens_connection(node.func):
                yield Violation(
                    "the revision opens a second connection",
                    "connection = op.get_bind()",
                    line=node.lineno,
                )


def _opens_connection(function: ast.expr) -> bool:
    if not isinstance(function, ast.Attribute):
        return isinstance(function, ast.Name) and function.id == "create_engine"
    if function.attr == "create_engine":
        return True
    source = function.value
    name = getattr(source, "attr", getattr(source, "id", ""))
    return function.attr in ("begin", "connect", "raw_connection") and name == "engine"
