import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.statement import Statement
from stratakit.lint.violation import Violation
from stratakit.sql.tokenizer import unquote

SETVAL = re.compile(r"\bsetval\s*\(\s*(?:pg_get_serial_sequence\s*\(\s*)?('[^']*')?", re.IGNORECASE)
# The number follows from the rows, or from the sequence itself.
FOLLOWS = re.compile(r"\b(?:max|last_value|nextval)\b", re.IGNORECASE)
OTHER = re.compile(
    r"\b(?:RESTART|INCREMENT|(?<!NO )CYCLE|AS (?:SMALLINT|INT\w*)|MAXVALUE)\b", re.IGNORECASE
)


class SequenceValues(Rule):
    """A sequence is set to other values.

    A sequence that starts again returns numbers that rows have: inserts fail, or ids of deleted
    rows get another meaning.
    """

    id = "sequence-values"
    severity = Severity.BREAKS_RUNNING_CODE
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql",)
    bad = ('op.execute("ALTER SEQUENCE numbers RESTART WITH 1")',)
    good = ('op.execute("ALTER SEQUENCE numbers CACHE 20")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        created = run.names("create sequence")
        for statement, action in run.actions("alter sequence", "alter column"):
            name = f"{action.table}.{action.name}" if action.table else action.name
            is_old = (
                run.column_existed_before(action.table, action.name)
                if action.table
                else action.name not in created
            )
            if is_old and OTHER.search(action.text):
                yield _violation(name, action.text, statement)
        for statement, action in run.actions("alter table", "update", "delete", "insert"):
            is_counter = action.table == "sqlite_sequence"
            is_option = action.kind == "alter table" and action.text.upper().startswith(
                "AUTO_INCREMENT"
            )
            if is_counter or (is_option and run.existed_before(action.table)):
                yield _violation(f"of {action.table}", action.text, statement)
        for statement in run.statements:
            match = SETVAL.search(statement.text)
            if match and not FOLLOWS.search(statement.text):
                name = unquote((match[1] or "").strip("'").removeprefix("public."))
                new = {*created, *(each for each in run.created if not run.existed_before(each))}
                if not any(name == each or name.startswith(f"{each}_") for each in new):
                    yield _violation(name, " ".join(statement.text.split()), statement)


def _violation(name: str, text: str, statement: Statement) -> Violation:
    return Violation(
        f"the sequence {name} gives other numbers: {text}".replace("  ", " "),
        "Suppress this when no row has, or had, the new numbers. "
        "To set it after the last row: SELECT setval('...', (SELECT max(id) FROM ...))",
        statement,
    )
