import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.sql.columns import referenced_table
from stratakit.sql.indexes import columns_in, parse_index

SMALL = re.compile(r"(int|int4|integer|smallint|int2|serial|serial4|smallserial|mediumint)\b", re.I)


class IntegerKey(Rule):
    """A key has 32 bits.

    It is exhausted after 2,147,483,647 inserted rows. Changing it then rewrites the table and all
    tables that refer to it.
    """

    id = "integer-key"
    severity = Severity.STYLE
    backends = ("postgresql", "mysql")
    bad = ('op.create_table("labels", sa.Column("id", sa.Integer(), primary_key=True))',)
    good = ('op.create_table("labels", sa.Column("id", sa.BigInteger(), primary_key=True))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        keys = {
            (action.table, column)
            for _, action in run.actions("declare primary key")
            for column in columns_in(action.text)
        }
        for statement, action in run.actions("declare column", "add column"):
            key = "PRIMARY KEY" in action.flags or (action.table, action.name) in keys
            if key and SMALL.match(action.text):
                yield Violation(
                    f"the key {action.table}.{action.name} is {action.text.split(' ')[0].lower()}, "
                    "which ends at 2,147,483,647 or before",
                    f'In the revision: sa.Column("{action.name}", sa.BigInteger(), ...)\n'
                    f"In the model: {action.name}: Mapped[int] = mapped_column(BigInteger(), ...), "
                    "or Mapped[Key], where app/database.py has it",
                    statement,
                )
        yield from _narrow_references(run)


def _narrow_references(run: RevisionRun) -> Iterator[Violation]:
    """Find columns of 32 bits that refer to a key of 64 bits."""
    columns = {
        (action.table, action.name): action.text
        for _, action in run.actions("declare column", "add column")
    }
    kinds = ("declare foreign key", "add foreign key", "declare column", "add column")
    for statement, action in run.actions(*kinds):
        table = statement.tables_before.get(action.table)
        target = statement.tables_before.get(referenced_table(action))
        if target is None:
            continue
        own, _, other = re.split(r"\b(REFERENCES)\b", action.text, maxsplit=1, flags=re.I)
        name = action.name if "column" in action.kind else parse_index(own).column_list.strip('[]"')
        key_name = parse_index(other).column_list.strip('[]"')
        key = target.columns.get(key_name if key_name != "..." else "id")
        old = table.columns.get(name) if table else None
        type_ = columns.get((action.table, name)) or (old.type if old else "")
        if key is not None and key.type.startswith("bigint") and SMALL.match(type_):
            yield Violation(
                f"{action.table}.{name} is {type_.split(' ')[0].lower()}, and {target.name}, "
                "which it refers to, has a larger type",
                f'sa.Column("{name}", sa.BigInteger(), ...)',
                statement,
            )
