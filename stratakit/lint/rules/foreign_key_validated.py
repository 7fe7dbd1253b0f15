"""A foreign key is checked for all rows while both tables are locked.

Neither table can be written until every row is compared with the table that it refers to.
"""

import re
from collections.abc import Iterator

from stratakit.lint.trace.model import Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import NEXT, named, operation, validate
from stratakit.sql.action import Action
from stratakit.sql.indexes import parse_index
from stratakit.sql.tokenizer import Tokens, split_statements

SEVERITY = "blocks traffic"
DATABASES = ("postgresql",)
BAD = (
    """\
op.create_foreign_key("fk_items_owner", "items", "owners", ["owner_id"], ["id"])
""",
)
GOOD = (
    """\
op.create_foreign_key(
    "fk_items_owner", "items", "owners", ["owner_id"], ["id"], postgresql_not_valid=True
)
""",
    """\
op.execute("ALTER TABLE items VALIDATE CONSTRAINT fk_items_owner")
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("add foreign key", "add column"):
        if act.kind == "add column" and "REFERENCES" not in act.flags:
            continue
        if "NOT VALID" in act.flags or not step.old(act.table):
            continue
        name = act.name if act.kind == "add foreign key" else named("fk", act.table, act.name)
        yield Violation(
            f"foreign key {name} of {act.table} is checked while neither table can be written",
            _recipe(act, name) + NEXT + validate(act.table, name),
            statement,
        )


def _recipe(act: Action, name: str) -> str:
    column = act.name if act.kind == "add column" else ""
    own, _, referred = re.split(r"\b(REFERENCES)\b", act.text, maxsplit=1, flags=re.I)
    target = Tokens(next(iter(split_statements(referred)), []))
    schema, _, table = target.take_name().rpartition(".")
    names = parse_index(target.text).column_list
    added = operation("add_column", act.table, f'sa.Column("{column}", ...)')
    return (f"{added}\n" if column else "") + operation(
        "create_foreign_key",
        act.table,
        f'"{table}"',
        f'["{column}"]' if column else parse_index(own).column_list,
        names if names != "[...]" else '["id"]',
        f'referent_schema="{schema}"' if schema else "",
        "postgresql_not_valid=True",
        of=f'"{name}"',
    )
