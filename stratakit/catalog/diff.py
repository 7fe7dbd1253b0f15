"""What is between two catalogues, in words."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from stratakit.catalog.model import Catalog, DatabaseDefault, ObjectKey


@dataclass(frozen=True)
class Difference:
    """One thing that a database has otherwise than it should.

    Args:
        key: the object.
        attribute: which of its attributes; empty where the object as a whole is concerned.
        expected: what it should be; None where there should be nothing.
        found: what it is; None where there is nothing.
    """

    key: ObjectKey
    attribute: str
    expected: str | None
    found: str | None

    def __str__(self) -> str:
        if not self.attribute:
            if self.found is None:
                return f"{self.key} is missing" + _definition(self.expected)
            return f"{self.key} should not be there" + _definition(self.found)
        should, found = (_quoted(value) for value in (self.expected, self.found))
        return f"{self.key}: {self.attribute} should be {should} and is {found}"

    @property
    def values_stay(self) -> bool:
        """Whether an enum has values too many, which PostgreSQL cannot take out again."""
        if (self.key.kind, self.attribute) != ("enum", "values"):
            return False
        return set((self.expected or "").split(" ")) <= set((self.found or "").split(" "))

    def allowed(self, patterns: tuple[str, ...]) -> bool:
        """Whether it is in a list such as `view active_items`, `table items: options`, `index *`.

        Args:
            patterns: `*` and `?` stand for anything; with a colon, for one attribute alone.
        """
        names = (str(self.key), f"{self.key}: {self.attribute}")
        return any(fnmatchcase(name, pattern) for pattern in patterns for name in names)


def differences(expected: Catalog, found: Catalog) -> list[Difference]:
    """Compare two catalogues.

    Args:
        expected: as it should be.
        found: as it is.

    Returns:
        Each difference; of a table that is there on one side alone, only the table.
    """
    result = []
    for key in sorted({*expected, *found}, key=lambda key: (key.table or key.name, key)):
        before, after = expected.get(key), found.get(key)
        if before is None or after is None:
            table = ObjectKey("table", "", key.table)
            if not key.table or (table in expected) == (table in found):
                result.append(Difference(key, "", _listed(before), _listed(after)))
            continue
        result += [
            Difference(key, attribute, before.get(attribute), after.get(attribute))
            for attribute in dict.fromkeys((*before, *after))
            if not _same(before.get(attribute), after.get(attribute))
        ]
    return result


def _same(before: str | None, after: str | None) -> bool:
    """Whether they are equal, or each is what its own database gives where nothing is said."""
    return before == after or (
        isinstance(before, DatabaseDefault) and isinstance(after, DatabaseDefault)
    )


def _listed(attributes: dict[str, str] | None) -> str | None:
    if attributes is None:
        return None
    return ", ".join(
        name if value == "yes" else f"{name} {value}"
        for name, value in attributes.items()
        if not isinstance(value, DatabaseDefault)
    )


def _definition(value: str | None) -> str:
    return f" ({_short(value)})" if value else ""


def _quoted(value: str | None) -> str:
    return "nothing" if value is None else _short(value)


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= 200 else f"{line[:200]}…"
