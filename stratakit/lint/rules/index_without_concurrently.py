from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import (
    autocommit_block,
    create_index,
    default_name,
    execute,
    quote_name,
)
from stratakit.sql.action import Action
from stratakit.sql.indexes import parse_index


class IndexWithoutConcurrently(Rule):
    """An index is built while every write to its table waits.

    CREATE INDEX holds a SHARE lock until the whole table is read and sorted.
    """

    id = "index-without-concurrently"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.create_index("ix_items_note", "items", ["note"])',)
    good = (
        """
        with op.get_context().autocommit_block():
            op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("create index"):
            if "CONCURRENTLY" not in action.flags and run.existed_before(action.table):
                table = statement.tables_before.get(action.table)
                is_partitioned = table is not None and table.kind == "p"
                if is_partitioned and "ONLY" in action.flags:
                    continue
                yield Violation(
                    f"index {action.name} on {action.table} is built "
                    f"while no row of {action.table} can be written",
                    _suggestion(action, is_partitioned=is_partitioned),
                    statement,
                )


def _suggestion(action: Action, *, is_partitioned: bool) -> str:
    name = action.name or default_name("ix", action.table)
    unique = "UNIQUE" in action.flags
    if not is_partitioned:
        return autocommit_block(
            create_index(name, action.table, parse_index(action.text), unique=unique)
        )
    index = f"{'UNIQUE ' * unique}INDEX {quote_name(name)}"
    create = execute(f"CREATE {index} ON ONLY {quote_name(action.table)} {action.text}")
    return f"{create}\n# and in a revision for each partition:\n" + autocommit_block(
        create_index(f"{name}_PARTITION", "PARTITION", parse_index(action.text), unique=unique),
        execute(
            f"ALTER INDEX {quote_name(name)} ATTACH PARTITION {quote_name(f'{name}_PARTITION')}"
        ),
    )
