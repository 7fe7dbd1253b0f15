"""The structure in which every reader gives what it found."""

from collections.abc import Collection, Iterator
from itertools import groupby
from typing import NamedTuple

NAMED_BY_THE_SERVER = {
    "primary key", "foreign key", "unique constraint", "check constraint", "exclusion constraint",
    "index",
}  # fmt: skip
"""What has a name of the server's choice where a model gives none."""


class ObjectKey(NamedTuple):
    """One object of a database.

    Args:
        kind: such as `table`, `column`, `check constraint`, `index`, `function`.
        table: the table that it belongs to; empty where it stands for itself.
        name: its name, with its schema in front unless that is the connection's own.
    """

    kind: str
    table: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {'.'.join(filter(None, (self.table, self.name)))}"


class DatabaseDefault(str):
    """A value that an object has from its database alone, whose default it is.

    Another database may have another default: it is not compared with one, nor written down.
    """


class Catalog(dict[ObjectKey, dict[str, str]]):
    """Objects with their attributes; an attribute that says nothing is not there."""

    def text(self) -> str:
        """All of it in a stable order: one line an object, what belongs to a table below it."""
        return "".join(f"{line}\n" for line in self._lines())

    def without(self, attribute: str, kind: str) -> "Catalog":
        """The same with an attribute left out of every object of a kind."""
        return Catalog(
            {
                key: {name: value for name, value in found.items() if name != attribute}
                if key.kind == kind
                else found
                for key, found in self.items()
            }
        )

    def unnamed(self, kind: str) -> "Catalog":
        """The same with the names left out of a kind of which a table has one at most."""
        return Catalog(
            {
                key._replace(name="") if key.kind == kind else key: found
                for key, found in self.items()
            }
        )

    def with_names_of(self, other: "Catalog", own: Collection[str]) -> "Catalog":
        """The same with constraints under the names that they have in another catalogue.

        Args:
            other: where the same constraint of the same table may have another name.
            own: the names that stay.
        """
        free: dict[object, list[ObjectKey]] = {}
        for key in sorted(other.keys() - self.keys()):
            free.setdefault(_nameless(key, other[key]), []).append(key)
        result = Catalog()
        for key, found in self.items():
            alike = [] if key in other or key.name in own else free.get(_nameless(key, found), [])
            named = key.kind in NAMED_BY_THE_SERVER and alike
            result[alike.pop(0) if named else key] = found
        return result

    def _lines(self) -> Iterator[str]:
        ordered = sorted(self, key=_sort_key)
        for first, (_, group) in enumerate(groupby(ordered, key=lambda key: key.table or key.name)):
            if first:
                yield ""
            for key in group:
                yield from _describe(key, self[key])


def _nameless(key: ObjectKey, attributes: dict[str, str]) -> object:
    """What two constraints have in common that only their names tell apart."""
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
    said = f": {', '.join(short)}" if short else ""
    yield f"{indent}{key.kind} {key.name}{said}"
    for name, value in long:
        yield f"{indent}  {name}"
        yield from (f"{indent}    {line}".rstrip() for line in value.splitlines())
