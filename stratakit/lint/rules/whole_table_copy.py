"""Rows of a whole table are copied into another in one transaction.

It lasts as long as the table is large: what it locks stays locked, and dead rows stay until its
end. MySQL and MariaDB let nobody write the rows meanwhile that they read.
"""

from collections.abc import Iterator

from stratakit.lint.rules.whole_table_change import by_key
from stratakit.lint.trace.model import Statement, Step
from stratakit.lint.violation import Violation
from stratakit.operations.snippets import repeated, sql
from stratakit.sql.action import Action
from stratakit.sql.tokenizer import Tokens, split_statements

SEVERITY = "blocks traffic"
DATABASES = (
    "postgresql",
    "sqlite",
    "mysql",
)
SHOWN_ON = (
    "postgresql",
    "mysql",
)
BAD = (
    """\
op.execute("INSERT INTO owners (id, name) SELECT id, name FROM items WHERE note IS NULL")
""",
)
GOOD = (
    """\
connection = op.get_bind()
with op.get_context().autocommit_block():
    while connection.execute(
        sa.text(
            "INSERT INTO owners (id, name) SELECT id, name FROM items "
            "WHERE id > (SELECT coalesce(max(id), 0) FROM owners) ORDER BY id LIMIT 1000"
        )
    ).rowcount:
        pass
""",
)


def find(step: Step) -> Iterator[Violation]:
    """Find it in a run of a revision."""
    for statement, act in step.acts("insert"):
        sources = [name for name in _sources(act) if step.old(name)]
        if not sources or act.has("LIMIT") or act.has("FETCH FIRST"):
            continue
        into = sql(act.table, step.backend)
        if _all(statement, act, sources[0]):
            yield Violation(
                f"all of {sources[0]} is copied into {act.table} in one transaction",
                repeated(
                    f"INSERT INTO {into} (...) SELECT ... FROM {sql(sources[0], step.backend)} ",
                    f"WHERE id > (SELECT coalesce(max(id), 0) FROM {into}) ",
                    "ORDER BY id LIMIT 1000",
                ),
                statement,
            )


def _all(statement: Statement, act: Action, source: str) -> bool:
    """Whether the source is read as a whole: by the plan, else by what WHERE compares."""
    if statement.planned:
        return source.rpartition(".")[2] in statement.walks
    return not act.has("WHERE") or not by_key(act)


def _sources(act: Action) -> Iterator[str]:
    """The tables that the rows come from; those of a subquery in WHERE are only asked."""
    depth = 0
    for words in split_statements(act.text):
        upper = [word.upper() for word in words]
        for place, word in enumerate(words):
            depth += (word == "(") - (word == ")")
            if depth == 0 and upper[place] in ("FROM", "JOIN") and "SELECT" in upper[:place]:
                name = Tokens(words[place + 1 :]).take_name()
                if name not in ("", "(", "dual", "only", "lateral"):
                    yield name
