"""A column is declared anew, and loses what is not said again.

MODIFY sets the whole column: AUTO_INCREMENT, DEFAULT, COMMENT and NOT NULL are gone unless they
are repeated. In Alembic: every `existing_` argument.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.sql.action import Action
from stratakit.sql.columns import type_of

SEVERITY = "loses data"
DATABASES = ("mysql",)
DOWNGRADE = True
BAD = (
    """\
op.alter_column("items", "status", existing_type=sa.String(20), type_=sa.String(30))
""",
)
GOOD = (
    """\
op.alter_column(
    "items",
    "status",
    existing_type=sa.String(20),
    existing_nullable=True,
    existing_server_default="new",
    type_=sa.String(30),
)
""",
)


def _own_collation(old: str, act: Action) -> bool:
    """Whether a column of text has a collation that its table has not, and is not told again."""
    text = re.search(r"char|text|enum|set\b", type_of(act.text)) is not None
    said = re.search(r"\b(COLLATE|CHARACTER\s+SET|CHARSET)\b", act.text, re.IGNORECASE)
    return text and "COLLATE" in old and not said


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("modify column"):
        known = statement.before.get(act.table)
        column = known.columns.get(act.name) if known else None
        if column is None or not step.old(act.table):
            continue
        meant = {
            key
            for call in step.calls
            if getattr(call.operation, "column_name", "") == act.name
            for key, value in vars(call.operation).items()
            if key.startswith("modify_") and value is not None and value is not False
        }
        lost = [
            f"{word} (existing_{argument})"
            for word, argument, there in (
                ("AUTO_INCREMENT", "autoincrement=True", "auto_increment" in column.type),
                ("DEFAULT", f"server_default={column.default!r}", column.default is not None),
                ("COMMENT", "comment=...", "COMMENT" in column.type),
                ("COLLATE", "type with its collation", _own_collation(column.type, act)),
                ("NOT NULL", "nullable=False", column.not_null and "modify_nullable" not in meant),
            )
            if there
            and word not in act.flags
            and f"modify_{argument.partition('=')[0]}" not in meant
        ]
        dropped = [
            call
            for call in step.calls
            if getattr(call.operation, "modify_server_default", False) is None
        ]
        lost = [word for word in lost if not (dropped and word.startswith("DEFAULT"))]
        if lost:
            yield Violation(
                f"{act.table}.{act.name} loses {', '.join(lost)}",
                f'op.alter_column("{act.table}", "{act.name}", ..., '
                + ", ".join(word.partition("(")[2].rstrip(")") for word in lost)
                + ")",
                statement,
            )
