"""Losses of a SQLite database that no statement of the run names."""

import re
from collections.abc import Iterator

from alembic.operations.ops import DropConstraintOp, MigrateOperation

from stratakit.lint.trace.observers.sqlite.contents import Contents, SchemaObject
from stratakit.lint.trace.revision_run import Loss, RevisionRun
from stratakit.sql.parser import parse

DROP = re.compile(r"\bDROP\s+(?:TRIGGER|INDEX|VIEW|TABLE)\s+(?:IF\s+EXISTS\s+)?[\"`]?(\w+)", re.I)


def find_losses(run: RevisionRun, before: Contents, after: Contents) -> Iterator[Loss]:
    """Find what is gone without being named by any statement of a revision.

    Args:
        run: the run, with the actions of its batches.
        before: the contents before the run.
        after: the contents after it.

    Yields:
        Each loss with the line of the first table that is recreated, else of the first statement.
    """
    recreations = [statement for statement, _ in run.actions("recreate table")]
    line = next((statement.line for statement in (*recreations, *run.statements)), 1)
    dropped = set(_dropped_names(run))
    for (kind, name), old in before.items():
        new = after.get((kind, name))
        if kind != "table":
            texts = _lost_object(kind, name, old, after, name in dropped)
        elif new is not None:
            texts = _lost_of_table(run, name, old, new, name in dropped)
        else:
            continue
        for text in texts:
            yield Loss(line, text)


def _lost_object(
    kind: str, name: str, old: SchemaObject, after: Contents, is_dropped: bool
) -> Iterator[str]:
    """Yield what is lost of an index, a trigger or a view."""
    new = after.get((kind, name))
    if new is None:
        remains = kind == "view" or ("table", old.table) in after
        if remains and not is_dropped:
            yield f"{kind} {name} is gone"
    elif kind == "index":
        for word in ("DESC", "COLLATE", "WHERE"):
            if _has_word(old.sql, word) and not _has_word(new.sql, word):
                yield f"{word} of index {name} is gone"


def _lost_of_table(
    run: RevisionRun, name: str, old: SchemaObject, new: SchemaObject, is_emptied: bool
) -> Iterator[str]:
    """Yield what is lost of a table's declaration and rows."""
    dropped_checks = sum(_drops_check(call.operation) for call in run.calls)
    lost_checks = _count_checks(old.sql) - _count_checks(new.sql) - dropped_checks
    if lost_checks > 0:
        yield f"{lost_checks} CHECK of {name} is gone"
    for clause in _lost_clauses(name, old.sql, new.sql):
        yield f"{clause} is gone"
    if new.rows < old.rows and not is_emptied:
        yield f"{old.rows - new.rows} of {old.rows} rows of {name} are gone"
    if new.orphans > old.orphans:
        yield f"rows of {name} refer to rows that are gone, which the {run.direction} refuses"


def _dropped_names(run: RevisionRun) -> Iterator[str]:
    """Yield the names of what a revision drops or empties itself."""
    for statement in run.statements:
        for match in DROP.finditer(statement.text):
            yield match[1]
    for _, action in run.actions("delete", "truncate"):
        yield action.table
    for call in run.calls:
        yield str(getattr(call.operation, "index_name", ""))


def _drops_check(operation: MigrateOperation) -> bool:
    return isinstance(operation, DropConstraintOp) and operation.constraint_type == "check"


def _count_checks(sql: str) -> int:
    return len(re.findall(r"\bCHECK\s*\(", sql, re.IGNORECASE))


def _lost_clauses(table: str, before: str, after: str) -> Iterator[str]:
    """Yield the clauses of a table's declaration that a later one lacks."""
    old, new = _declarations(before), _declarations(after)
    for name, text in old.items():
        for word in ("AUTOINCREMENT", "COLLATE", "STRICT", "WITHOUT ROWID"):
            if name in new and _has_word(text, word) and not _has_word(new[name], word):
                yield f"{word} of {f'{table}.{name}' if name else table}"
        for word in ("ON CONFLICT", "DEFERRABLE"):  # may have moved to the table's end
            if name in new and _has_word(text, word) and not _has_word(after, word):
                yield f"{word} of {table}.{name}"


def _has_word(sql: str, word: str) -> bool:
    return re.search(rf"\b{word}\b", sql, re.IGNORECASE) is not None


def _declarations(sql: str) -> dict[str, str]:
    """Return the declaration of each column, and of the table itself under an empty name."""
    declarations = {}
    for action in parse(sql):
        if action.kind == "declare column":
            declarations[action.name] = action.text
        elif action.kind == "create table":
            declarations[""] = action.text
    return declarations
