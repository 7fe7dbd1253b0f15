from collections.abc import Iterator, Mapping
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.rules.whole_table_change import selects_by_key
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.sources import source_tables
from stratakit.lint.trace.statement import Statement
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import loop, quote_name
from stratakit.sql.action import Action


class WholeTableCopy(Rule):
    """All rows of a table are copied into another in one transaction.

    The duration grows with the table. Its locks are held, and dead rows are kept, until its end. On
    MySQL and MariaDB the rows that are read cannot be written meanwhile.
    """

    id = "whole-table-copy"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql", "sqlite", "mysql")
    shown_on = ("postgresql", "mysql")
    reasons: ClassVar[Mapping[Backend, str]] = {
        "sqlite": "No other connection can write to the database until the last row is copied."
    }
    bad = (
        'op.execute("INSERT INTO owners (id, name) SELECT id, name FROM items WHERE note IS NULL")',
    )
    good = (
        """
        connection = op.get_bind()
        with op.get_context().autocommit_block():
            while connection.execute(
                sa.text(
                    "INSERT INTO owners (id, name) SELECT id, name FROM items "
                    "WHERE id > (SELECT coalesce(max(id), 0) FROM owners) ORDER BY id LIMIT 1000"
                )
            ).rowcount:
                pass
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("insert"):
            if action.has("COPY FROM") and run.existed_before(action.table):
                yield Violation(
                    f"COPY writes rows to {action.table} in one transaction",
                    "Copy the rows in parts, each in an autocommit_block(); "
                    "suppress this if they are few.",
                    statement,
                )
            sources = [name for name in source_tables(action) if run.existed_before(name)]
            if not sources or action.has("LIMIT") or action.has("FETCH FIRST"):
                continue
            into, source = (quote_name(each, run.backend) for each in (action.table, sources[0]))
            columns = statement.key_of(sources[0])
            key = quote_name(columns[0], run.backend) if len(columns) == 1 else "..."
            if _reads_all(statement, action, sources[0]):
                yield Violation(
                    f"all of {sources[0]} is copied into {action.table} in one transaction",
                    loop(
                        f"INSERT INTO {into} (...) SELECT ... FROM {source} ",
                        f"WHERE {key} > (SELECT coalesce(max({key}), 0) FROM {into}) ",
                        f"ORDER BY {key} LIMIT 1000",
                    ),
                    statement,
                )


def _reads_all(statement: Statement, action: Action, source: str) -> bool:
    """Return whether the source is scanned completely, by the plan or by the columns in WHERE."""
    if statement.has_plan:
        return source.rpartition(".")[2] in statement.planned_full_scans
    return not action.has("WHERE") or not selects_by_key(action)
