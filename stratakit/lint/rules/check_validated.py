"""A CHECK is tried on all rows while nothing can use the table.

ADD CONSTRAINT reads the whole table under an ACCESS EXCLUSIVE lock.
"""

from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import NEXT, named, operation, validate
from stratakit.sql.action import Action
from stratakit.sql.tokenizer import Tokens, as_python, join_words, split_statements

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.create_check_constraint("ck_items_note", "items", "length(note) > 0")
""",
)
GOOD = (
    """\
op.create_check_constraint(
    op.f("ck_items_note"), "items", "length(note) > 0", postgresql_not_valid=True
)
""",
    """\
op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_items_note")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("add check", "add column"):
        if act.kind == "add column" and "CHECK" not in act.flags:
            continue
        if "NOT VALID" not in act.flags and step.old(act.table):
            name = act.name if act.kind == "add check" else named("ck", act.table, act.name)
            yield Violation(
                f"CHECK {name} is tried on every row of {act.table} while nothing can use it",
                operation(
                    "create_check_constraint",
                    act.table,
                    _said(act),
                    "postgresql_not_valid=True",
                    of=f'op.f("{name}")',
                )
                + NEXT
                + validate(act.table, name),
                statement,
            )


def _said(act: Action) -> str:
    """The condition as Python code."""
    tokens = Tokens(next(iter(split_statements(act.text)), []))
    while act.kind == "add column" and tokens and not tokens.take("CHECK"):
        tokens.take_word()
    return as_python(join_words(tokens.take_parentheses()) or "...")
