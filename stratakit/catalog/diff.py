"""Comparison of two catalogs."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stratakit.catalog.model import Catalog, DatabaseDefault, ObjectKey
from stratakit.revisions.allowed import is_allowed

TEXT_CAST = re.compile(r"'::(?:text|character varying(?:\(\d+\))?)(?=\W|$)")


@dataclass(frozen=True)
class Difference:
    """One difference between a database and its expected schema.

    Args:
        key: the object.
        attribute: the attribute that differs; empty if the object is missing or unexpected.
        expected: the expected value; None if none is expected.
        actual: the actual value; None if there is none.
    """

    key: ObjectKey
    attribute: str
    expected: str | None
    actual: str | None

    def __str__(self) -> str:
        if not self.attribute:
            if self.actual is None:
                return f"{self.key} is missing" + _describe_definition(self.expected)
            return f"{self.key} is unexpected" + _describe_definition(self.actual)
        expected, actual = (_describe_value(value) for value in (self.expected, self.actual))
        return f"{self.key}: {self.attribute} is {actual} instead of {expected}"

    @property
    def only_adds_enum_values(self) -> bool:
        """True if an enum has additional values, which PostgreSQL cannot remove."""
        if (self.key.kind, self.attribute) != ("enum", "values"):
            return False
        return set((self.expected or "").split(" ")) <= set((self.actual or "").split(" "))

    def is_allowed(self, patterns: tuple[str, ...]) -> bool:
        """Return whether a pattern such as `view active_items` or `index *` allows the difference.

        Args:
            patterns: names with `*` and `?` as wildcards; a colon adds the only attribute that
                may differ, as in `table items: options`.
        """
        return is_allowed(patterns, (str(self.key), f"{self.key}: {self.attribute}"))

    def is_accepted(self, patterns: tuple[str, ...]) -> bool:
        """Return whether a database may differ so from the schema at its revision.

        Args:
            patterns: those of strata.toml. A name such as `view active_items` accepts an object
                that the schema does not have; `view active_items: definition` accepts another value
                of the attribute, and `view active_items: missing` that there is none.
        """
        if not self.attribute and self.expected is None:
            return self.is_allowed(patterns)
        aspect = self.attribute or "missing"
        return any(
            separator and each == aspect and is_allowed([name], [str(self.key)])
            for name, separator, each in (pattern.rpartition(": ") for pattern in patterns)
        )

    @property
    def loses_rows(self) -> bool:
        """A table or a column whose removal loses data."""
        is_extra = not self.attribute and self.expected is None
        return is_extra and self.key.kind in ("table", "column")

    @property
    def allowed(self) -> str:
        """The pattern of strata.toml that accepts this difference of a database."""
        if not self.attribute and self.expected is None:
            return str(self.key)
        return f"{self.key}: {self.attribute or 'missing'}"


def differences(expected: Catalog, actual: Catalog) -> list[Difference]:
    """Compare two catalogs.

    Args:
        expected: the expected one.
        actual: the actual one.

    Returns:
        Each difference; for a table that only one of them has, only the table.
    """
    result = []
    for key in sorted({*expected, *actual}, key=lambda key: (key.table or key.name, key)):
        before, after = expected.get(key), actual.get(key)
        if before is None or after is None:
            table = ObjectKey("table", "", key.table)
            if not key.table or (table in expected) == (table in actual):
                result.append(
                    Difference(key, "", _describe_attributes(before), _describe_attributes(after))
                )
            continue
        result += [
            Difference(key, attribute, before.get(attribute), after.get(attribute))
            for attribute in dict.fromkeys((*before, *after))
            if not _is_same(attribute, before.get(attribute), after.get(attribute))
        ]
    return result


def list_allowed(differences: Sequence[Difference]) -> str:
    """Return the line of strata.toml that accepts differences of a database."""
    patterns = ", ".join(f'"{each.allowed}"' for each in differences)
    return f"allowed = [{patterns}]"


def _is_same(attribute: str, before: str | None, after: str | None) -> bool:
    """Return whether two values are equal, or each is the default of its own database.

    A text as a default keeps the cast to the type that its column had when it was set.
    """
    if before == after or (
        isinstance(before, DatabaseDefault) and isinstance(after, DatabaseDefault)
    ):
        return True
    if attribute != "default" or before is None or after is None:
        return False
    return TEXT_CAST.sub("'", before) == TEXT_CAST.sub("'", after)


def _describe_attributes(attributes: dict[str, str] | None) -> str | None:
    if attributes is None:
        return None
    return ", ".join(
        name if value == "yes" else f"{name} {value}"
        for name, value in attributes.items()
        if not isinstance(value, DatabaseDefault)
    )


def _describe_definition(value: str | None) -> str:
    return f" ({_shorten(value)})" if value else ""


def _describe_value(value: str | None) -> str:
    return "nothing" if value is None else _shorten(value)


def _shorten(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= 200 else f"{line[:200]}…"
