from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import NEXT, default_name, operation, validate
from stratakit.sql.action import Action
from stratakit.sql.tokenizer import Tokens, as_python, join_words, split_statements


class CheckValidated(Rule):
    """A CHECK is validated on all rows while nothing can use the table.

    ADD CONSTRAINT scans the whole table under an ACCESS EXCLUSIVE lock.
    """

    id = "check-validated"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.create_check_constraint("ck_items_note", "items", "length(note) > 0")',)
    good = (
        """
        op.create_check_constraint(
            op.f("ck_items_note"), "items", "length(note) > 0", postgresql_not_valid=True
        )
        """,
        'op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_items_note")',
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("add check", "add column"):
            if action.kind == "add column" and "CHECK" not in action.flags:
                continue
            if "NOT VALID" not in action.flags and run.existed_before(action.table):
                name = (
                    action.name or default_name("ck", action.table)
                    if action.kind == "add check"
                    else default_name("ck", action.table, action.name)
                )
                yield Violation(
                    f"CHECK {name} is tried on every row of {action.table} "
                    "while nothing can use it",
                    operation(
                        "create_check_constraint",
                        action.table,
                        _condition(action),
                        "postgresql_not_valid=True",
                        name=f'op.f("{name}")',
                    )
                    + NEXT
                    + validate(action.table, name),
                    statement,
                )


def _condition(action: Action) -> str:
    """Return the condition of a CHECK as Python code."""
    tokens = Tokens(next(iter(split_statements(action.text)), []))
    while action.kind == "add column" and tokens and not tokens.take("CHECK"):
        tokens.take_word()
    return as_python(join_words(tokens.take_parentheses()) or "...")
