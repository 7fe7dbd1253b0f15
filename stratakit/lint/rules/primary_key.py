from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import default_name, key_by_index
from stratakit.sql.indexes import IndexDefinition, parse_index


class PrimaryKey(Rule):
    """A primary key is added to a table with rows.

    Its index is built, and the columns are searched for NULL, while nothing can use the table.
    """

    id = "primary-key"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.create_primary_key("pk_tags", "tags", ["id"])',)
    good = (
        """
        with op.get_context().autocommit_block():
            op.create_index("pk_tags", "tags", ["id"], unique=True, postgresql_concurrently=True)
        """,
        'op.execute("ALTER TABLE tags ADD CONSTRAINT pk_tags PRIMARY KEY USING INDEX pk_tags")',
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("add primary key", "add column"):
            if action.kind == "add column" and "PRIMARY KEY" not in action.flags:
                continue
            if "USING INDEX" not in action.flags and run.existed_before(action.table):
                column = action.kind == "add column"
                on = IndexDefinition((f'"{action.name}"',)) if column else parse_index(action.text)
                name = (
                    action.name if action.name and not column else default_name("pk", action.table)
                )
                yield Violation(
                    f"primary key of {action.table} is built while nothing can use the table",
                    key_by_index("PRIMARY KEY", name, action.table, on),
                    statement,
                )
