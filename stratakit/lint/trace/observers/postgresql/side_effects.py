"""Changes by DO blocks, procedures and functions that the statement does not show."""

from dataclasses import dataclass

from sqlalchemy.engine.interfaces import DBAPICursor

from stratakit.lint.trace.observers.postgresql.relation_name import relation_name
from stratakit.lint.trace.relation import Column, Table
from stratakit.lint.trace.statement import Statement
from stratakit.sql.action import Action
from stratakit.sql.tokenizer import split_statements

COLUMNS = f"""
SELECT c.oid::bigint, a.attnum::int, {relation_name("c.oid")}, c.relkind::text,
  a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
  a.atthasdef
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid BETWEEN 16384 AND %s AND c.relkind IN ('r', 'p', 'v', 'm', 'i')
  AND n.nspname NOT LIKE 'pg\\_%%'
"""
KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "i": "index"}


@dataclass(frozen=True)
class RelationColumn:
    """A column of a relation that existed before the revision."""

    relation: str
    kind: str
    name: str
    type: str
    not_null: bool
    has_default: bool


Shape = dict[tuple[int, int], RelationColumn]
"""The columns of the older relations by the numbers of the relation and of the column."""


def may_have_side_effects(sql: str) -> bool:
    """Return whether a statement calls what may change more than its SQL shows."""
    for words in split_statements(sql):
        upper = {word.upper() for word in words}
        if words[0].upper() in ("DO", "CALL"):
            return True
        if words[0].upper() == "SELECT" and "(" in words and "FROM" not in upper:
            return True
    return False


def read_shape(cursor: DBAPICursor, watermark: int) -> Shape:
    """Read the columns of the older relations.

    Args:
        cursor: of the revision's connection.
        watermark: the highest number of a relation before the revision.
    """
    cursor.execute(COLUMNS, (watermark,))
    return {(row[0], row[1]): RelationColumn(*row[2:]) for row in cursor.fetchall()}


def add_hidden_actions(statement: Statement, before: Shape, after: Shape) -> None:
    """Add to a statement's actions what it did although its SQL does not show it.

    Args:
        statement: one that has run, with its locks and scans.
        before: the columns before it.
        after: the columns after it.
    """
    visible = {(action.kind, action.table or action.name) for action in statement.actions}
    hidden = tuple(
        action
        for action in dict.fromkeys(_changes(before, after))
        if (action.kind, action.table or action.name) not in visible
    )
    statement.actions += hidden
    for action in hidden:
        if action.table:
            statement.tables_before.setdefault(action.table, _table(action.table, before))
    tables = {action.table for action in statement.actions}
    for table in statement.scanned_tables:
        if statement.held_locks.get(table) == "RowExclusive" and table not in tables:
            statement.actions += (Action("update", table),)


def _table(name: str, before: Shape) -> Table:
    own = [column for column in before.values() if column.relation == name]
    columns = {each.name: Column(each.type, each.not_null) for each in own}
    return Table(name, own[0].kind if own else "r", columns=columns)


def _changes(before: Shape, after: Shape) -> list[Action]:
    old_relations, relations = {oid for oid, _ in before}, {oid for oid, _ in after}
    actions = []
    for (oid, number), old in before.items():
        new = after.get((oid, number))
        if oid not in relations:
            kind = KINDS[old.kind]
            table = old.relation if kind != "index" else ""
            actions.append(Action(f"drop {kind}", table, old.relation))
        elif old.kind == "i":
            continue
        elif new is None:
            actions.append(Action("drop column", old.relation, old.name))
        else:
            actions += _column_changes(old, new)
    for key, new in after.items():
        if key not in before and new.kind in "rp" and key[0] in old_relations:
            flags = [
                flag
                for flag, is_set in (("NOT NULL", new.not_null), ("DEFAULT", new.has_default))
                if is_set
            ]
            actions.append(Action("add column", new.relation, new.name, new.type, frozenset(flags)))
    # An index that goes with its table or its column is no action of its own.
    indexes_alone = all(action.kind == "drop index" for action in actions)
    return actions if indexes_alone else [each for each in actions if each.kind != "drop index"]


def _column_changes(old: RelationColumn, new: RelationColumn) -> list[Action]:
    actions = []
    if new.relation != old.relation:
        kind = KINDS[old.kind].removeprefix("materialized ")
        actions.append(Action(f"rename {kind}", old.relation, old.relation, new.relation))
    if new.name != old.name:
        actions.append(Action("rename column", old.relation, old.name, new.name))
    if new.type != old.type:
        actions.append(Action("alter type", old.relation, old.name, new.type))
    if new.not_null and not old.not_null:
        actions.append(Action("set not null", old.relation, old.name))
    return actions
