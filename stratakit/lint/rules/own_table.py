from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.revisions.own_tables import OWN_TABLES

LEFT_OUT = f"""\
# in env.py, and include_name=include_name in context.configure():
def include_name(name, kind, _parents):
    return kind != "table" or name not in {OWN_TABLES[1:]!r}"""


class OwnTable(Rule):
    """A table in which Alembic or stratakit keeps its state is dropped.

    Plain Alembic writes this, because no model declares the table. The log of the migrations and
    the progress of backfills would be lost.
    """

    id = "own-table"
    severity = Severity.LOSES_DATA
    backends = ("postgresql", "sqlite", "mysql")
    bad = ('op.drop_table("migration_log")', 'op.drop_table("migration_backfills")')
    good = ('op.execute("DROP TABLE IF EXISTS old_log")',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("drop table"):
            if action.table in OWN_TABLES:
                yield Violation(
                    f"table {action.table} is dropped, in which migrations keep their state",
                    LEFT_OUT,
                    statement,
                )
