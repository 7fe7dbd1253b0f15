import ast
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class ApplicationImport(Rule):
    """A revision imports the application.

    The application changes and the revision does not: one day it fails, and every command with it.
    """

    id = "application-import"
    severity = Severity.CANNOT_GO_BACK
    backends = ("postgresql", "sqlite", "mysql")
    bad = (
        """
        from app.main import create_app

        op.execute("SELECT 1")
        """,
    )
    good = (
        """
        items = sa.table("items", sa.column("id"), sa.column("note"))
        op.execute(items.update().where(items.c.id == 1).values({"note": "x"}))
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        packages = {name.partition(".")[0] for name in run.packages}
        for node in ast.walk(ast.parse(run.source)):
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or "."]
            else:
                continue
            for module in modules:
                if module.partition(".")[0] in packages:
                    yield Violation(
                        f"the revision imports {module}, which will change",
                        "Write down what is needed of it: "
                        'items = sa.table("items", sa.column("id"))',
                        line=node.lineno,
                    )
