"""What a DO block, a procedure or a function does without saying it: seen by its effect."""

from typing import Any, NamedTuple

from stratakit.lint.trace.model import Statement
from stratakit.lint.trace.postgresql.names import named
from stratakit.lint.trace.relation import Column, Table
from stratakit.sql.action import Action
from stratakit.sql.tokenizer import split_statements

SHAPE = f"""
SELECT c.oid::bigint, a.attnum::int, {named("c.oid")}, c.relkind::text,
  a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
  a.atthasdef
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.oid BETWEEN 16384 AND %s AND c.relkind IN ('r', 'p', 'v', 'm', 'i')
  AND n.nspname NOT LIKE 'pg\\_%%'
"""
KINDS = {"r": "table", "p": "table", "v": "view", "m": "materialized view", "i": "index"}


class Place(NamedTuple):
    """A column of a relation that was there before the revision."""

    relation: str
    kind: str
    column: str
    type: str
    not_null: bool
    default: bool


Shape = dict[tuple[int, int], Place]


def may(text: str) -> bool:
    """Whether a statement calls what may do more than its text says."""
    for words in split_statements(text):
        upper = {word.upper() for word in words}
        if words[0].upper() in ("DO", "CALL"):
            return True
        if words[0].upper() == "SELECT" and "(" in words and "FROM" not in upper:
            return True
    return False


def shape(cursor: Any, watermark: int) -> Shape:
    """The columns of the old relations as they stand."""
    rows = cursor.connection.execute(SHAPE, (watermark,)).fetchall()
    return {(row[0], row[1]): Place(*row[2:]) for row in rows}


def told(cursor: Any, statement: Statement, before: Shape, watermark: int) -> None:
    """Add to a statement's acts what it did without saying it."""
    said = {(act.kind, act.table or act.name) for act in statement.acts}
    found = dict.fromkeys(_changes(before, shape(cursor, watermark)))
    unsaid = tuple(act for act in found if (act.kind, act.table or act.name) not in said)
    statement.acts += unsaid
    for act in unsaid:
        if act.table:
            statement.before.setdefault(act.table, _table(act.table, before))
    named = {act.table for act in statement.acts}
    for table in statement.scanned:
        if statement.held.get(table) == "RowExclusive" and table not in named:
            statement.acts += (Action("update", table),)


def _table(name: str, before: Shape) -> Table:
    places = [place for place in before.values() if place.relation == name]
    columns = {each.column: Column(each.type, each.not_null) for each in places}
    return Table(name, places[0].kind if places else "r", columns=columns)


def _changes(before: Shape, after: Shape) -> list[Action]:
    there, left = {oid for oid, _ in before}, {oid for oid, _ in after}
    found = []
    for (oid, number), old in before.items():
        new = after.get((oid, number))
        if oid not in left:
            kind = KINDS[old.kind]
            found.append(
                Action(f"drop {kind}", old.relation if kind != "index" else "", old.relation)
            )
        elif old.kind == "i":
            continue
        elif new is None:
            found.append(Action("drop column", old.relation, old.column))
        else:
            found += _altered(old, new)
    for place, new in after.items():
        if place not in before and new.kind in "rp" and place[0] in there:
            flags = {
                word
                for word, said in (("NOT NULL", new.not_null), ("DEFAULT", new.default))
                if said
            }
            found.append(Action("add column", new.relation, new.column, new.type, frozenset(flags)))
    # What goes with a table or a column that is dropped is no act of its own.
    alone = all(act.kind == "drop index" for act in found)
    return found if alone else [act for act in found if act.kind != "drop index"]


def _altered(old: Place, new: Place) -> list[Action]:
    found = []
    if new.relation != old.relation:
        kind = KINDS[old.kind].removeprefix("materialized ")
        found.append(Action(f"rename {kind}", old.relation, old.relation, new.relation))
    if new.column != old.column:
        found.append(Action("rename column", old.relation, old.column, new.column))
    if new.type != old.type:
        found.append(Action("alter type", old.relation, old.column, new.type))
    if new.not_null and not old.not_null:
        found.append(Action("set not null", old.relation, old.column))
    return found
