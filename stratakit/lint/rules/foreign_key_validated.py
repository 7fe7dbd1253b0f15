import re
from collections.abc import Iterator

from stratakit.lint.rule import Rule, Severity
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import NEXT, default_name, operation, validate
from stratakit.sql.action import Action
from stratakit.sql.indexes import columns_in, parse_index
from stratakit.sql.tokenizer import Tokens, split_statements


class ForeignKeyValidated(Rule):
    """A foreign key is validated on all rows while both tables are locked.

    Neither table can be written until every row is compared with the referenced table.
    """

    id = "foreign-key-validated"
    severity = Severity.BLOCKS_TRAFFIC
    backends = ("postgresql",)
    bad = ('op.create_foreign_key("fk_items_owner", "items", "owners", ["owner_id"], ["id"])',)
    good = (
        """
        op.create_foreign_key(
            "fk_items_owner", "items", "owners", ["owner_id"], ["id"], postgresql_not_valid=True
        )
        """,
        'op.execute("ALTER TABLE items VALIDATE CONSTRAINT fk_items_owner")',
    )

    def check(self, run: RevisionRun) -> Iterator[Violation]:
        for statement, action in run.actions("add foreign key", "add column"):
            if action.kind == "add column" and "REFERENCES" not in action.flags:
                continue
            if "NOT VALID" in action.flags or not run.existed_before(action.table):
                continue
            is_column = action.kind == "add column"
            columns = [action.name] if is_column else columns_in(action.text)
            name = (not is_column and action.name) or default_name("fk", action.table, *columns)
            yield Violation(
                f"foreign key {name} of {action.table} is checked "
                "while neither table can be written",
                _suggestion(action, name) + NEXT + validate(action.table, name),
                statement,
            )


def _suggestion(action: Action, name: str) -> str:
    column = action.name if action.kind == "add column" else ""
    own, _, reference = re.split(r"\b(REFERENCES)\b", action.text, maxsplit=1, flags=re.I)
    target = Tokens(next(iter(split_statements(reference)), []))
    schema, _, table = target.take_name().rpartition(".")
    columns = parse_index(target.text).column_list
    added = operation("add_column", action.table, f'sa.Column("{column}", ...)')
    return (f"{added}\n" if column else "") + operation(
        "create_foreign_key",
        action.table,
        f'"{table}"',
        f'["{column}"]' if column else parse_index(own).column_list,
        columns if columns != "[...]" else '["id"]',
        f'referent_schema="{schema}"' if schema else "",
        "postgresql_not_valid=True",
        name=f'"{name}"',
    )
