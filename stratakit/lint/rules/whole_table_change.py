import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import batches
from stratakit.sql.action import Action

KEY = re.compile(
    r"\bWHERE\b.*?\b(?:\w*id|\w*key|\w*pk|\w*code|version_num)[\"`]?\s*"
    r"(?:=|IN\b|BETWEEN\b|>.*<|<.*>)",
    re.IGNORECASE | re.DOTALL,
)
WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)
OR = re.compile(r"\bOR\b", re.IGNORECASE)
EQUAL = re.compile(
    r"(?<![\w.])(?!NOT\b)[A-Za-z_\"`][\w.\"`]*\s*(?:=|\bIN\s*\()\s*"
    r"(?:'(?:[^']|'')*'|-?\d|%\(\w+\)s|%s|\?|:\w+|\$\d|TRUE\b|FALSE\b)",
    re.IGNORECASE,
)


class WholeTableChange(Rule):
    """All rows of a table are changed or deleted in one transaction.

    Every row stays locked until the end, the table doubles on disk, and replicas fall behind.
    """

    id = "whole-table-change"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql", "sqlite", "mysql")
    checks_downgrade = True
    reasons: ClassVar[Mapping[Backend, str]] = {
        "sqlite": "No other connection can write to the database until the last row is changed."
    }
    bad = ("op.execute(\"UPDATE items SET note = 'none' WHERE note IS NULL\")",)
    good = (
        """
        connection = op.get_bind()
        with op.get_context().autocommit_block():
            while connection.execute(
                sa.text(
                    "UPDATE items SET note = 'none' WHERE id IN "
                    "(SELECT id FROM (SELECT id FROM items WHERE note IS NULL LIMIT 1000) batch)"
                )
            ).rowcount:
                pass
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("update", "delete"):
            if not run.existed_before(action.table):
                continue
            is_bounded = action.has("LIMIT") or action.has("FETCH FIRST")
            is_one_transaction = not statement.autocommit and not run.commit_lines
            is_loop = is_bounded and statement.in_loop and is_one_transaction
            reads_all = not selects_by_key(action)
            if statement.has_plan:
                reads_all = bool(statement.planned_full_scans)
            if action.kind == "delete" and names_values(action):
                reads_all = False
            if is_loop or not action.has("WHERE") or (reads_all and not is_bounded):
                yield Violation(
                    f"{action.kind} of all of {action.table} in one transaction",
                    batches(run.backend, action.table, action.kind, statement.key_of(action.table)),
                    statement,
                )


def names_values(action: Action) -> bool:
    """Return whether WHERE names values of columns, so that some rows are meant, and not all."""
    condition = WHERE.split(action.text, maxsplit=1)[-1]
    if "SELECT" in condition.upper() or action.has("JOIN") or action.has("USING"):
        return False
    return all(EQUAL.search(part) for part in OR.split(condition))


def selects_by_key(action: Action) -> bool:
    """Return whether the SQL looks as if it selects few rows, for a statement without a plan."""
    return bool(KEY.search(action.text))
