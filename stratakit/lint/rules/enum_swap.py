import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block, execute, quote_name
from stratakit.sql.tokenizer import first_name

PLAIN = re.compile(r"(text|char|varchar|character|smallint|integer|bigint|numeric|boolean)")


class EnumSwap(Rule):
    """An enum is replaced by another.

    Every row of each table that uses it is rewritten, while nothing can use the table.
    """

    id = "enum-swap"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = (
        """
        op.execute("ALTER TYPE mood RENAME TO mood_old")
        op.execute("CREATE TYPE mood AS ENUM ('happy', 'sad', 'calm')")
        op.execute("ALTER TABLE moods ALTER COLUMN mood TYPE mood USING mood::text::mood")
        op.execute("DROP TYPE mood_old")
        """,
    )
    good = (
        """
        with op.get_context().autocommit_block():
            op.execute("ALTER TYPE mood ADD VALUE 'calm'")
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        created = run.names("create type")
        for statement, action in run.actions("alter type"):
            target = first_name(action.text)
            column = statement.column_before(action)
            old = column.type if column else "..."
            # A text that becomes an enum is a type-change.
            if (
                target in created
                and run.column_existed_before(action.table, action.name)
                and not PLAIN.match(old)
            ):
                yield Violation(
                    f"{action.table}.{action.name} is changed to the new enum {target}, "
                    "which rewrites every row",
                    autocommit_block(execute(f"ALTER TYPE {quote_name(target)} ADD VALUE '...'"))
                    + "\n# a value that is not used any more may stay in the enum",
                    statement,
                )
