"""The structure that the reader of every backend returns."""

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import NamedTuple

SERVER_NAMED_KINDS = {
    "primary key", "foreign key", "unique constraint", "check constraint", "exclusion constraint",
    "index",
}  # fmt: skip
"""Kinds of objects for which the server chooses a name if a model gives none."""


class ObjectKey(NamedTuple):
    """One object of a database.

    Args:
        kind: such as `table`, `column`, `check constraint`, `index`, `function`.
        table: its table; empty if it belongs to none.
        name: its name, with its schema unless that is the connection's own.
    """

    kind: str
    table: str
    name: str

    @property
    def schema(self) -> str:
        """The schema of the object, or the schema itself; empty for the connection's own."""
        if self.kind == "schema":
            return self.name
        # After the name of a function come its arguments.
        return (self.table or self.name).partition("(")[0].rpartition(".")[0]

    def __str__(self) -> str:
        return f"{self.kind} {'.'.join(filter(None, (self.table, self.name)))}"


class DatabaseDefault(str):
    """A value that is the default of its database, such as a collation.

    Another database may have another default: two defaults count as equal, and none is recorded.
    """


class Catalog(dict[ObjectKey, dict[str, str]]):
    """Objects with their attributes; an attribute without a value is left out."""

    def text(self) -> str:
        """Render the objects in a stable order, one line each, those of a table below it."""
        return "".join(f"{line}\n" for line in self._lines())

    def without(self, attribute: str, kind: str) -> "Catalog":
        """Return the catalog without an attribute of every object of a kind."""
        return Catalog(
            {
                key: {name: value for name, value in attributes.items() if name != attribute}
                if key.kind == kind
                else attributes
                for key, attributes in self.items()
            }
        )

    def without_new_partitions(self, expected: "Catalog") -> "Catalog":
        """Return the catalog without the partitions that another one lacks.

        Jobs create them for the days to come, so they are no part of a schema.

        Args:
            expected: the other catalog.
        """
        new = {
            key.name
            for key, attributes in self.items()
            if key.kind == "table" and "partition" in attributes and key not in expected
        }
        return Catalog(
            {
                key: attributes
                for key, attributes in self.items()
                if (key.name if key.kind == "table" else key.table) not in new
            }
        )

    def with_names_of(self, other: "Catalog", own: Collection[str]) -> "Catalog":
        """Return the catalog with the constraints under their names in another catalog.

        Args:
            other: the catalog in which an equal constraint of the same table may have another name.
            own: the names that stay; SQLite and MySQL do not distinguish their case.
        """
        fixed = {name.casefold() for name in own}
        equal = {key for key, attributes in self.items() if other.get(key) == attributes}
        candidates: dict[object, list[ObjectKey]] = {}
        for key in sorted(other.keys() - equal):
            candidates.setdefault(_shape(key, other[key]), []).append(key)
        renamed: dict[ObjectKey, ObjectKey] = {}
        for key, attributes in self.items():
            is_fixed = key in equal or key.name.casefold() in fixed
            matches = candidates.get(_shape(key, attributes))
            if matches and not is_fixed and key.kind in SERVER_NAMED_KINDS:
                renamed[key] = matches.pop(0)
        # A name that is taken is the server's, and so says nothing of the object.
        taken = {*renamed.values()}
        return Catalog(
            {
                renamed.get(key, key._replace(name="") if key in taken else key): attributes
                for key, attributes in self.items()
            }
        )

    def _lines(self) -> Iterator[str]:
        ordered = sorted(self, key=_sort_key)
        groups = groupby(ordered, key=lambda key: key.table or key.name)
        for number, (_, group) in enumerate(groups):
            if number:
                yield ""
            for key in group:
                yield from _describe(key, self[key])


def _shape(key: ObjectKey, attributes: dict[str, str]) -> object:
    """Return all of a constraint but its name."""
    return key.kind, key.table, frozenset(attributes.items())


def _sort_key(key: ObjectKey) -> tuple[str, bool, str, str]:
    return (key.table or key.name, bool(key.table), key.kind, key.name)


def _describe(key: ObjectKey, attributes: dict[str, str]) -> Iterator[str]:
    indent = "  " if key.table else ""
    short, long = [], []
    for name, value in attributes.items():
        if isinstance(value, DatabaseDefault):
            continue
        if "\n" in value:
            long.append((name, value))
        else:
            short.append(name if value == "yes" else f"{name} {value}")
    details = f": {', '.join(short)}" if short else ""
    yield f"{indent}{key.kind} {key.name}{details}"
    for name, value in long:
        yield f"{indent}  {name}"
        yield from (f"{indent}    {line}".rstrip() for line in value.splitlines())
