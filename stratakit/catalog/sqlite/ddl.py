"""What SQLite keeps of a table only as text: names of constraints, CHECKs, collations, clauses.

Statements are taken apart into words as https://sqlite.org/lang_createtable.html writes them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

WORD = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?\*/)"""
    r"""|(?P<string>'(?:[^']|'')*')"""
    r"""|"(?P<quoted>(?:[^"]|"")*)"|`(?P<ticked>[^`]*)`|\[(?P<bracketed>[^]]*)\]"""
    r"""|(?P<other>\w+|<>|[<>=!|]=|\|\||.)""",
    re.DOTALL,
)
BATCH_COPY = re.compile(r'\s*CREATE TABLE "?_alembic_tmp_(?P<table>[^"\s(]+)"?', re.IGNORECASE)
"""The statement with which Alembic's batch mode begins to recreate a table."""
BEGINS = {"constraint", "primary", "unique", "check", "foreign", "references"}
UNNAMED = {"null", "default", "collate", "generated"}
"""Clauses of a column that no catalog names, whose own name is not that of the next constraint."""


def words(sql: str) -> list[str]:
    """Cut a statement into its words: lower case, identifiers without their quotes."""
    found = []
    for match in WORD.finditer(sql):
        kind, text = match.lastgroup, match.group(match.lastgroup or 0)
        if kind != "space":
            if kind == "other":
                text = text.lower()
            elif kind != "string":
                text = _identifier(text.replace('""', '"'))
            found.append(text)
    return found


def _identifier(name: str) -> str:
    """A name as it is among the words: one that looks like a keyword keeps its quotes."""
    return f'"{name.lower()}"' if name.lower() in BEGINS else name.lower()


def normal(sql: str) -> str:
    """A statement or an expression as it compares: without outer parentheses."""
    return " ".join(_bare(words(sql)))


@dataclass(frozen=True)
class Constraint:
    """One constraint of a table: PRAGMAs tell its columns, the text its name and its clauses."""

    kind: str
    name: str = ""
    columns: tuple[str, ...] = ()
    definition: str = ""
    more: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TableText:
    """The columns' definitions and the constraints of a CREATE TABLE."""

    columns: dict[str, list[str]]
    constraints: list[Constraint]

    @property
    def checks(self) -> list[Constraint]:
        """The CHECKs of the table and of its columns."""
        return [found for found in self.constraints if found.kind == "check"]

    def column(self, name: str) -> list[str]:
        """The definition of a column; empty where the text has none."""
        return self.columns.get(_identifier(name), [])

    def constraint(self, kind: str, columns: Sequence[str]) -> Constraint:
        """The constraint of a kind on these columns; an unnamed one where the text has none."""
        wanted = tuple(map(_identifier, columns))
        for found in self.constraints:
            if found.kind == kind and found.columns == wanted:
                return found
        return Constraint(kind)


def parsed(sql: str) -> TableText:
    """Take a CREATE TABLE apart."""
    columns: dict[str, list[str]] = {}
    constraints: list[Constraint] = []
    all_words = words(sql)
    body = all_words[all_words.index("(") :] if "(" in all_words else []
    for item in _split(body[1 : _closing(body, 0)]) if body else ():
        owner = "" if item[0] in BEGINS else item[0]
        if owner:
            columns[owner] = item[1:]
        constraints += _constraints(item[1:] if owner else item, owner)
    return TableText(columns, constraints)


def option(definition: Sequence[str], word: str) -> str | None:
    """What follows a word of a column's definition, such as `collate`."""
    depth = 0
    for place, found in enumerate(definition):
        depth += (found == "(") - (found == ")")
        if depth == 0 and found == word and place + 1 < len(definition):
            if definition[place + 1] != "(":
                return definition[place + 1]
            end = _closing(definition, place + 1)
            return " ".join(_bare(definition[place + 1 : end + 1]))
    return None


def where(sql: str) -> tuple[str, str]:
    """The columns of a CREATE INDEX and the condition of a partial one."""
    all_words = words(sql)
    begin = all_words.index("(")
    end = _closing(all_words, begin)
    return " ".join(all_words[begin + 1 : end]), " ".join(_bare(all_words[end + 2 :]))


def _constraints(item: Sequence[str], owner: str) -> Iterator[Constraint]:
    """Those in one item of the body, which is a column's definition or one constraint."""
    name, place = "", 0
    while place < len(item):
        word = item[place]
        if word == "(":
            place = _closing(item, place)
        elif word == "constraint":
            name, place = item[place + 1], place + 1
        elif word == "check":
            end = _closing(item, place + 1)
            yield Constraint(word, name, (), " ".join(_bare(item[place + 1 : end + 1])))
            name, place = "", end
        elif word in UNNAMED:
            name = ""
        elif word in BEGINS and not (word == "references" and not owner):
            listed = item.index("(", place) if not owner else -1
            end = _closing(item, listed) if not owner else place
            inside = _split(item[listed + 1 : end])
            columns = (owner,) if owner else tuple(column[0] for column in inside)
            kind = "foreign" if word == "references" else word
            yield Constraint(kind, name, columns, "", dict(_clauses(kind, item[end + 1 :])))
            name, place = "", end
        place += 1


def _clauses(kind: str, rest: Sequence[str]) -> Iterator[tuple[str, str]]:
    text = " ".join(rest)
    found = re.search(r"(not )?deferrable( initially \w+)?", text)
    if found and kind == "foreign":
        yield "deferrable", found.group()
    if found := re.match(r"(?:key )?(?:asc |desc )?on conflict (\w+)", text):
        yield "on conflict", found.group(1)


def _split(body: Sequence[str]) -> Iterator[list[str]]:
    item: list[str] = []
    depth = 0
    for word in body:
        depth += (word == "(") - (word == ")")
        if word == "," and depth == 0:
            yield item
            item = []
        else:
            item.append(word)
    if item:
        yield item


def _closing(found: Sequence[str], place: int) -> int:
    """Where the parenthesis that opens at a place is closed."""
    depth = 0
    for number in range(place, len(found)):
        depth += (found[number] == "(") - (found[number] == ")")
        if depth == 0:
            return number
    return len(found)


def _bare(found: Sequence[str]) -> Sequence[str]:
    while len(found) > 1 and found[0] == "(" and _closing(found, 0) == len(found) - 1:
        found = found[1:-1]
    return found
