import re
from collections.abc import Iterator, Mapping
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.trace.statement import Statement
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import autocommit_block, create_index, default_name, operation
from stratakit.sql.action import Action
from stratakit.sql.columns import referenced_table
from stratakit.sql.indexes import IndexDefinition, columns_in

INDEXES = (
    "create index", "declare primary key", "declare unique", "add unique", "add primary key",
)  # fmt: skip
FOREIGN_KEYS = ("add foreign key", "declare foreign key")
COLUMNS = ("add column", "declare column")
SMALL = re.compile(r"smallint|int2|tinyint|smallserial|bool", re.IGNORECASE)
KEYS = {"PRIMARY KEY", "UNIQUE"}


class ForeignKeyWithoutIndex(Rule):
    """A foreign key has no index.

    Each delete or key change of a referenced row scans the whole table, under a lock.
    """

    id = "foreign-key-without-index"
    severity = Severity.STYLE
    backends = ("postgresql", "sqlite")
    reasons: ClassVar[Mapping[Backend, str]] = {
        "sqlite": "Each delete or key change of a referenced row reads the whole table."
    }
    bad = (
        """
        op.create_table(
            "parts",
            sa.Column("id", sa.BigInteger(), primary_key=True),
            sa.Column("item_id", sa.BigInteger(), sa.ForeignKey("items.id", name="fk_parts_item")),
        )
        """,
    )
    good = (
        """
        op.create_table(
            "parts",
            sa.Column("id", sa.BigInteger(), primary_key=True),
            sa.Column("item_id", sa.BigInteger(), sa.ForeignKey("items.id", name="fk_parts_item")),
        )
        op.create_index("ix_parts_item_id", "parts", ["item_id"])
        """,
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        indexed = {
            (action.table, column)
            for each in [run, *run.followers]
            for _, action in each.actions(*INDEXES)
            for column in columns_in(action.text)[:1]
        }
        for statement, action in run.actions(*FOREIGN_KEYS, *COLUMNS):
            column = next(iter(columns_in(action.text)), "")
            if action.kind in COLUMNS:
                column = action.name
                if action.flags & KEYS:
                    indexed.add((action.table, column))
                if "REFERENCES" not in action.flags:
                    continue
            table = statement.tables_before.get(action.table)
            indexes = table.indexes.values() if table else ()
            is_indexed = (action.table, column) in indexed or any(
                index.columns[:1] == (column,) for index in indexes
            )
            if column and not is_indexed and not _is_small(run, statement, action):
                yield Violation(
                    f"{action.table}.{column} refers to another table and has no index",
                    _suggestion(run, action.table, column),
                    statement,
                )


def _is_small(run: RevisionRun, statement: Statement, action: Action) -> bool:
    """Return whether a foreign key is to a lookup table, filled by revisions or with a small key.

    Its rows are hardly ever deleted.
    """
    name = referenced_table(action)
    if name in run.seeded_tables:
        return True
    if run.existed_before(name):
        table = statement.tables_before.get(name)
        keys = [table.columns[key].type for key in table.key] if table else []
    else:
        inserts = [each for _, each in run.actions("insert") if each.table == name]
        if any(not each.has("SELECT") for each in inserts):
            return True
        declared = [each for _, each in run.actions("declare column") if each.table == name]
        keys = [each.text for each in declared if "PRIMARY KEY" in each.flags]
    return len(keys) == 1 and bool(SMALL.match(keys[0]))


def _suggestion(run: RevisionRun, table: str, column: str) -> str:
    name, on = default_name("ix", table, column), IndexDefinition((f'"{column}"',))
    if run.backend == "postgresql" and run.existed_before(table):
        return autocommit_block(create_index(name, table, on))
    return operation("create_index", table, on.column_list, name=f'"{name}"')
