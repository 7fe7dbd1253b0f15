"""A foreign key is checked for all rows while both tables are locked.

Neither table can be written until every row is compared with the table that it refers to.
"""

import re
from collections.abc import Iterator

from strata.observe.record import Danger, Step
from strata.sql.acts import Act
from strata.sql.indexes import indexed
from strata.sql.tokens import Tokens, statements

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


def find(step: Step) -> Iterator[Danger]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("add foreign key", "add column"):
        if act.kind == "add column" and "REFERENCES" not in act.flags:
            continue
        if "NOT VALID" in act.flags or not step.old(act.table):
            continue
        name = act.name if act.kind == "add foreign key" else f"fk_{act.table}_{act.name}"
        yield Danger(
            f"foreign key {name} of {act.table} is checked while neither table can be written",
            _recipe(act, name) + "\n# and in the next revision:\n"
            f'op.execute("ALTER TABLE {act.table} VALIDATE CONSTRAINT {name}")',
            statement,
        )


def _recipe(act: Act, name: str) -> str:
    column = act.name if act.kind == "add column" else ""
    own, _, referred = re.split(r"\b(REFERENCES)\b", act.text, maxsplit=1, flags=re.I)
    target = Tokens(next(iter(statements(referred)), []))
    table, names = target.name(), indexed(target.text).listed
    schema, _, bare = act.table.rpartition(".")
    options = f', source_schema="{schema}"' if schema else ""
    first = f'op.add_column("{bare}", sa.Column("{column}", ...))\n' if column else ""
    names = names if names != "[...]" else '["id"]'
    sources = f'["{column}"]' if column else indexed(own).listed
    return (
        f'{first}op.create_foreign_key("{name}", "{bare}", "{table}", {sources}, {names}{options}, '
        "postgresql_not_valid=True)"
    )
