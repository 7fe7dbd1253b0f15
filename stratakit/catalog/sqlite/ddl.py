"""DDL of SQLite, for all that its PRAGMAs leave out: names of constraints, CHECKs, collations.

The grammar is https://sqlite.org/lang_createtable.html. Its words differ from those of `sql`: names
may be in brackets, and a backslash escapes nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from stratakit.sql.tokenizer import split_at_commas

WORD = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)"""
    r"""|(?P<string>'(?:[^']|'')*')"""
    r"""|"(?P<quoted>(?:[^"]|"")*)"|`(?P<ticked>[^`]*)`|\[(?P<bracketed>[^]]*)\]"""
    r"""|(?P<other>\w+|<>|[<>=!|]=|\|\||.)""",
    re.DOTALL,
)
BATCH_COPY = re.compile(
    r'\s*CREATE TABLE (?:"_alembic_tmp_(?P<quoted>(?:[^"]|"")+)"|_alembic_tmp_(?P<table>\w+))',
    re.IGNORECASE,
)
CONSTRAINT_WORDS = {"constraint", "primary", "unique", "check", "foreign", "references"}
UNNAMED_CLAUSES = {"null", "default", "collate", "generated"}
"""Clauses of a column that no catalog names, whose own name is not that of the next constraint."""


def batch_table(statement: str) -> str:
    """Return the table that the first statement of Alembic's batch mode recreates; else nothing."""
    match = BATCH_COPY.match(statement)
    return (match["table"] or match["quoted"].replace('""', '"')) if match else ""


def words(sql: str) -> list[str]:
    """Cut a statement into its words: lower case, identifiers without their quotes."""
    result = []
    for match in WORD.finditer(sql):
        kind, text = match.lastgroup, match.group(match.lastgroup or 0)
        if kind != "space":
            if kind == "other":
                text = text.lower()
            elif kind != "string":
                text = _identifier(text.replace('""', '"'))
            result.append(text)
    return result


def _identifier(name: str) -> str:
    """Return a name as a word; one that looks like a keyword keeps its quotes."""
    return f'"{name.lower()}"' if name.lower() in CONSTRAINT_WORDS else name.lower()


def normalize(sql: str) -> str:
    """Return a statement or an expression in a form to compare: words without outer parentheses."""
    return " ".join(_strip_parentheses(words(sql)))


@dataclass(frozen=True)
class Constraint:
    """A constraint of a table; its name and its clauses are in no PRAGMA."""

    kind: str
    name: str = ""
    columns: tuple[str, ...] = ()
    definition: str = ""
    clauses: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableText:
    """The columns' definitions and the constraints of a CREATE TABLE."""

    columns: dict[str, list[str]]
    constraints: list[Constraint]

    @property
    def checks(self) -> list[Constraint]:
        """The CHECKs of the table and of its columns."""
        return [each for each in self.constraints if each.kind == "check"]

    def column(self, name: str) -> list[str]:
        """Return the definition of a column; empty if the text has none."""
        return self.columns.get(_identifier(name), [])

    def constraint(self, kind: str, columns: Sequence[str]) -> Constraint:
        """Return the constraint of a kind on these columns; an unnamed one if the text has none."""
        identifiers = tuple(map(_identifier, columns))
        for constraint in self.constraints:
            if constraint.kind == kind and constraint.columns == identifiers:
                return constraint
        return Constraint(kind)


def parse_table(sql: str) -> TableText:
    """Parse a CREATE TABLE."""
    columns: dict[str, list[str]] = {}
    constraints: list[Constraint] = []
    all_words = words(sql)
    body = all_words[all_words.index("(") :] if "(" in all_words else []
    for item in split_at_commas(body[1 : _closing_index(body, 0)]) if body else ():
        owner = "" if item[0] in CONSTRAINT_WORDS else item[0]
        if owner:
            columns[owner] = item[1:]
        constraints += _parse_constraints(item[1:] if owner else item, owner)
    return TableText(columns, constraints)


def find_option(definition: Sequence[str], word: str) -> str | None:
    """Return the value after a word of a column's definition, such as `collate`."""
    depth = 0
    for index, each in enumerate(definition):
        depth += (each == "(") - (each == ")")
        if depth == 0 and each == word and index + 1 < len(definition):
            if definition[index + 1] != "(":
                return definition[index + 1]
            end = _closing_index(definition, index + 1)
            return " ".join(_strip_parentheses(definition[index + 1 : end + 1]))
    return None


def parse_index(sql: str) -> tuple[str, str]:
    """Return the columns of a CREATE INDEX, and the condition of a partial one."""
    all_words = words(sql)
    start = all_words.index("(")
    end = _closing_index(all_words, start)
    return " ".join(all_words[start + 1 : end]), " ".join(_strip_parentheses(all_words[end + 2 :]))


def _parse_constraints(item: Sequence[str], owner: str) -> Iterator[Constraint]:
    """Parse the constraints of one item of the body: a column's definition, or one constraint."""
    name, index = "", 0
    while index < len(item):
        word = item[index]
        if word == "(":
            index = _closing_index(item, index)
        elif word == "constraint":
            name, index = item[index + 1], index + 1
        elif word == "check":
            end = _closing_index(item, index + 1)
            yield Constraint(
                word, name, (), " ".join(_strip_parentheses(item[index + 1 : end + 1]))
            )
            name, index = "", end
        elif word in UNNAMED_CLAUSES:
            name = ""
        elif word in CONSTRAINT_WORDS and not (word == "references" and not owner):
            start = item.index("(", index) if not owner else -1
            end = _closing_index(item, start) if not owner else index
            columns_text = split_at_commas(item[start + 1 : end])
            columns = (owner,) if owner else tuple(column[0] for column in columns_text)
            kind = "foreign" if word == "references" else word
            yield Constraint(kind, name, columns, "", dict(_parse_clauses(kind, item[end + 1 :])))
            name, index = "", end
        index += 1


def _parse_clauses(kind: str, tokens: Sequence[str]) -> Iterator[tuple[str, str]]:
    text = " ".join(tokens)
    match = re.search(r"(not )?deferrable( initially \w+)?", text)
    if match and kind == "foreign":
        yield "deferrable", match.group()
    if match := re.match(r"(?:key )?(?:asc |desc )?on conflict (\w+)", text):
        yield "on conflict", match.group(1)


def _closing_index(items: Sequence[str], start: int) -> int:
    """Return the index of the parenthesis that closes the one at an index."""
    depth = 0
    for index in range(start, len(items)):
        depth += (items[index] == "(") - (items[index] == ")")
        if depth == 0:
            return index
    return len(items)


def _strip_parentheses(items: Sequence[str]) -> Sequence[str]:
    while len(items) > 1 and items[0] == "(" and _closing_index(items, 0) == len(items) - 1:
        items = items[1:-1]
    return items
