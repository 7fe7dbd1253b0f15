from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.rules.enum_swap import PLAIN
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import operation
from stratakit.sql.tokenizer import first_name

FREE = ("text", "varchar", "character varying", "numeric")
"""The beginnings of types that a column can mostly get for free."""


class TypeChange(Rule):
    """A column changes its type, and the whole table is rewritten or scanned.

    All rows, and all indexes on the column, are rewritten while nothing can use the table. A longer
    varchar, varchar to text, and a greater numeric precision of the same scale rewrite nothing.
    """

    id = "type-change"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.alter_column("items", "quantity", type_=sa.BigInteger())',)
    good = ('op.alter_column("items", "note", type_=sa.String(500))',)

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        created = run.names("create type")
        for statement, action in run.actions("alter type"):
            if not run.column_existed_before(action.table, action.name):
                continue
            target = first_name(action.text)
            column = statement.column_before(action)
            if target in created and not (column and PLAIN.match(column.type)):
                continue
            is_costly = not action.text.lower().startswith(FREE)
            if run.is_observed:
                is_costly = bool(
                    statement.rewritten_tables or statement.scanned_tables or statement.error
                )
            if is_costly:
                work = "every row is checked"
                if statement.error:
                    work = "the change fails"
                yield Violation(
                    f"{action.table}.{action.name} becomes {action.text.partition(' USING')[0]}: "
                    f"{work} while nothing can use it",
                    operation("add_column", action.table, f'sa.Column("{action.name}_new", ...)')
                    + "\n# then: code that writes both, the rows copied in batches, "
                    + "code that reads the new one, the old one dropped",
                    statement,
                )
