from collections.abc import Iterator

from alembic.ddl.postgresql import CreateExcludeConstraintOp
from alembic.operations import ops

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation

SUGGESTION = 'Give it a name: "ck_table_what_it_says"'

CONSTRAINTS = (
    ops.CreateCheckConstraintOp,
    ops.CreateForeignKeyOp,
    ops.CreateUniqueConstraintOp,
    CreateExcludeConstraintOp,
)


class UnnamedConstraint(Rule):
    """A constraint has no explicit name.

    Each database generates its own name, so that no later revision can name the constraint on all
    of them.
    """

    id = "unnamed-constraint"
    severity = Severity.STYLE
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql",)
    bad = ('op.execute("ALTER TABLE items ADD CHECK (price >= 0) NOT VALID")',)
    good = ('op.execute("ALTER TABLE items ADD CONSTRAINT ck_price CHECK (price >= 0) NOT VALID")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        lines = set()
        for call in run.calls:
            operation = call.operation
            if isinstance(operation, CONSTRAINTS) and operation.constraint_name is None:
                lines.add(call.line)
                yield Violation(
                    f"a constraint of {_table(operation)} has no name", SUGGESTION, line=call.line
                )
        for statement, action in run.actions(
            "add unique", "add check", "add foreign key", "add exclude"
        ):
            if not action.name and statement.line not in lines:
                yield Violation(
                    f"a constraint of {action.table} has no name", SUGGESTION, statement
                )


def _table(operation: object) -> str:
    return getattr(operation, "table_name", "") or getattr(operation, "source_table", "")
