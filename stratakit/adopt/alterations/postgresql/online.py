"""Statements on tables in use, none of which blocks readers and writers while it reads rows.

An index is built CONCURRENTLY, outside of a transaction. A constraint is added NOT VALID, and
validated in a later transaction: https://www.postgresql.org/docs/current/sql-altertable.html#NOTES
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from stratakit.adopt.alterations.postgresql.names import object_name, quote
from stratakit.catalog import Catalog, ObjectKey
from stratakit.orm import naming
from stratakit.sql.action import Action
from stratakit.sql.parser import parse

DEFERRED = re.compile(r"\s+((?:NOT )?DEFERRABLE\b.*|INITIALLY\b.*)$", re.S)
NULLS = "NULLS NOT DISTINCT"
OF_INDEX = re.compile(
    r"COMMENT ON (?:INDEX|CONSTRAINT) |ALTER INDEX \S+ (?!RENAME)|"
    r"ALTER TABLE .* (?:CLUSTER ON|REPLICA IDENTITY USING INDEX) "
)
"""Statements about an index that may have to be built before."""
QUICK = ("validate constraint", "comment")
"""Actions whose lock lets others read and write."""


@dataclass
class OnlineStatements:
    """The statements of a change, in two revisions.

    Args:
        main: those of the first revision, which are one transaction.
        concurrently: those that the second one executes outside of a transaction. Each can be
            executed again.
        validations: those of the second one that follow, in one transaction: they read rows.
        afterwards: the last ones of this transaction: their locks block readers and writers.
    """

    main: list[str] = field(default_factory=list)
    concurrently: list[str] = field(default_factory=list)
    validations: list[str] = field(default_factory=list)
    afterwards: list[str] = field(default_factory=list)


def split(statements: Sequence[str], actual: Catalog) -> OnlineStatements:
    """Split the statements of a change.

    Args:
        statements: in the order in which they can run in one transaction.
        actual: the catalog of the database, whose tables are in use.
    """
    used = tables_in_use(actual)
    dropped = {f"DROP {object_name(key)}" for key in actual if _is_index_of(key, used)}
    online = OnlineStatements()
    for statement in statements:
        actions = [*parse(statement)]
        if statement in dropped:
            sql = statement.replace("INDEX ", "INDEX CONCURRENTLY IF EXISTS ", 1)
            online.concurrently.append(sql)
        elif statement.startswith("REINDEX INDEX "):
            online.concurrently.append(statement.replace("INDEX ", "INDEX CONCURRENTLY ", 1))
        elif OF_INDEX.match(statement):
            online.afterwards.append(statement)
        elif len(actions) == 1 and (
            actions[0].table in used
            # The unique key that a new table references may be built in the second revision.
            or (actions[0].kind == "add foreign key" and online.concurrently)
        ):
            _add(online, statement, actions[0])
        else:
            online.main.append(statement)
    return online


def locked_tables(statements: Sequence[str], actual: Catalog) -> list[str]:
    """Return the tables in use that a transaction locks against readers or writers."""
    actions = (action for statement in statements for action in parse(statement))
    locked = {action.table for action in actions if action.kind not in QUICK}
    return sorted(locked & {*tables_in_use(actual)})


def tables_in_use(actual: Catalog) -> Collection[str]:
    """Return the tables of a database, without those whose rows are in partitions."""
    tables = (key for key in actual if key.kind == "table")
    return {key.name for key in tables if "partitioned by" not in actual[key]}


def _is_index_of(key: ObjectKey, tables: Collection[str]) -> bool:
    return key.kind == "index" and key.table in tables


def _add(online: OnlineStatements, statement: str, action: Action) -> None:
    table, name = quote(action.table), quote(action.name)
    match action.kind:
        case "create index":
            sql = statement.replace("INDEX ", "INDEX CONCURRENTLY IF NOT EXISTS ", 1)
            online.concurrently.append(sql)
        case "add unique" | "add primary key" if "USING INDEX" not in action.flags:
            _add_key(online, action)
        case "add foreign key" if online.concurrently and "NOT VALID" not in action.flags:
            # The referenced key may be built before. One statement, which can be executed again.
            clause = f"DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT"
            online.concurrently.append(
                statement.replace("ADD CONSTRAINT", clause, 1) + " NOT VALID"
            )
            online.validations.append(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        case "add foreign key" | "add check" if "NOT VALID" not in action.flags:
            online.main.append(f"{statement} NOT VALID")
            online.validations.append(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}")
        case "set not null":
            short = action.table.rpartition(".")[2]
            check = quote(naming.shorten(f"{short}_{action.name}_not_null"))
            head = f"ALTER TABLE {table}"
            online.main.append(
                f"{head} ADD CONSTRAINT {check} CHECK ({name} IS NOT NULL) NOT VALID"
            )
            online.validations.append(f"{head} VALIDATE CONSTRAINT {check}")
            online.afterwards += [statement, f"{head} DROP CONSTRAINT {check}"]
        case "validate constraint":
            online.validations.append(statement)
        case _:
            online.main.append(statement)


def _add_key(online: OnlineStatements, action: Action) -> None:
    """Build the index of a key while rows are written, then add the constraint."""
    table, name = quote(action.table), quote(action.name)
    deferred = match[1] if (match := DEFERRED.search(action.text)) else ""
    columns = DEFERRED.sub("", action.text)
    if columns.startswith(NULLS):
        columns = f"{columns.removeprefix(NULLS).strip()} {NULLS}"
    online.concurrently.append(
        f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} {columns}"
    )
    kind = action.kind.removeprefix("add ").upper()
    sql = f"ALTER TABLE {table} ADD CONSTRAINT {name} {kind} USING INDEX {name} {deferred}"
    online.afterwards.append(sql.strip())
