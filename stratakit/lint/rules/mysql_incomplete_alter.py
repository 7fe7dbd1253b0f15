import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.relation import Column
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.sql.action import Action
from stratakit.sql.columns import type_of


class MySQLIncompleteAlter(Rule):
    """A column is redefined, and loses properties that are not repeated.

    MODIFY sets the whole column: AUTO_INCREMENT, DEFAULT, COMMENT and NOT NULL are dropped unless
    they are repeated. In Alembic, pass every `existing_` argument.
    """

    id = "mysql-incomplete-alter"
    severity = Severity.LOSES_DATA
    backends = ("mysql",)
    checks_downgrade = True
    bad = ('op.alter_column("items", "status", existing_type=sa.String(20), type_=sa.String(30))',)
    good = (
        """
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

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("modify column"):
            column = statement.column_before(action)
            if column is None or not run.existed_before(action.table):
                continue
            intended = _intended_changes(run, action)
            lost = {
                word: argument
                for word, argument in _attributes(column, action).items()
                if word not in action.flags
                and f"modify_{argument.partition('=')[0]}" not in intended
            }
            if lost:
                words = ", ".join(f"{word} (existing_{lost[word]})" for word in lost)
                arguments = ", ".join(f"existing_{argument}" for argument in lost.values())
                yield Violation(
                    f"{action.table}.{action.name} loses {words}",
                    f'op.alter_column("{action.table}", "{action.name}", ..., {arguments})',
                    statement,
                )


def _attributes(column: Column, action: Action) -> dict[str, str]:
    """Return the attributes that a column had, each with Alembic's argument for it."""
    attributes = {}
    if "auto_increment" in column.type:
        attributes["AUTO_INCREMENT"] = "autoincrement=True"
    if column.default is not None:
        attributes["DEFAULT"] = f"server_default={column.default!r}"
    if "COMMENT" in column.type:
        attributes["COMMENT"] = "comment=..."
    if "COLLATE" in column.type and _loses_collation(action):
        attributes["COLLATE"] = "type with its collation"
    if column.not_null:
        attributes["NOT NULL"] = "nullable=False"
    return attributes


def _intended_changes(run: RevisionRun, action: Action) -> set[str]:
    """Return the arguments by which the revision changes attributes of the column."""
    intended = set()
    for call in run.calls:
        if getattr(call.operation, "column_name", "") == action.name:
            intended |= {
                key
                for key, value in vars(call.operation).items()
                if key.startswith("modify_") and value is not None and value is not False
            }
        if getattr(call.operation, "modify_server_default", False) is None:
            intended.add("modify_server_default")
    return intended


def _loses_collation(action: Action) -> bool:
    """Return whether a column becomes or stays one of text and its collation is not repeated."""
    is_text = re.search(r"char|text|enum|set\b", type_of(action.text)) is not None
    repeats = re.search(r"\b(COLLATE|CHARACTER\s+SET|CHARSET)\b", action.text, re.IGNORECASE)
    return is_text and not repeats
