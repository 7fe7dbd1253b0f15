"""A column changes its type by writing or reading the whole table.

All rows, and all indexes on the column, are written anew while nothing can use the table. Free are
a longer varchar, varchar to text, a greater numeric precision of the same scale.
"""

from collections.abc import Iterator

from stratakit.lint.rules.enum_swap import PLAIN
from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation
from stratakit.sql.tokenizer import first_name

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.alter_column("items", "quantity", type_=sa.BigInteger())
""",
)
GOOD = (
    """\
op.alter_column("items", "note", type_=sa.String(500))
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    made = step.names("create type")
    for statement, act in step.acts("alter type"):
        if not step.old_column(act.table, act.name):
            continue
        target = first_name(act.text)
        known = statement.before.get(act.table)
        column = known.columns.get(act.name) if known else None
        if target in made and not (column and PLAIN.match(column.type)):
            continue
        free = act.text.lower().startswith(("text", "varchar", "character varying", "numeric"))
        costly = statement.rewritten or statement.scanned or statement.error
        if costly if step.observed else not free:
            yield Violation(
                f"{act.table}.{act.name} becomes {act.text.partition(' USING')[0]}: "
                + ("the change fails" if statement.error else "the whole table is worked through")
                + " while nothing can use it",
                operation("add_column", act.table, f'sa.Column("{act.name}_new", ...)')
                + "\n# then: code that writes both, the rows copied in batches, code that reads "
                "the new "
                "one, the old one dropped",
                statement,
            )
