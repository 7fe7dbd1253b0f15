"""Review comments of a repair: what happens to the rows of the adopted database."""

from collections.abc import Iterator, Sequence

from stratakit.adopt.alterations.postgresql.sequences import OWN_SEQUENCE
from stratakit.autogenerate.hazards.columns import describe_null_rows
from stratakit.catalog import Catalog, Difference, ObjectKey
from stratakit.config import Backend
from stratakit.revisions.review_comments import INDENT, MARK
from stratakit.sql.types import VOLATILE, is_wider

REWRITTEN = ("integer", "bigint")
"""Types that hold all values of a smaller one, and yet rewrite the table."""


def review(
    repaired: Sequence[Difference], expected: Catalog, actual: Catalog, backend: Backend
) -> Iterator[str]:
    """Return the comments, for tables that the database has.

    Args:
        repaired: the differences that a repair removes.
        expected: the catalog that the database shall have.
        actual: the one that it has.
        backend: the kind of database.
    """
    for each in repaired:
        if each.loses_rows:
            yield _comment(
                f"{each.key} is dropped with its data.\n"
                f'If it is intended, name it in strata.toml: allowed = ["{each.allowed}"]'
            )
        elif each.key.kind == "column" and ObjectKey("table", "", each.key.table) in actual:
            yield from map(_comment, _describe(each, expected[each.key], backend))


def locks(tables: Sequence[str]) -> Iterator[str]:
    """Return the comment of a transaction that locks several tables."""
    if len(tables) > 1:
        yield _comment(
            f"this revision locks {', '.join(tables)} until it ends.\n"
            "Apply it at a quiet time, or write one revision for each table."
        )


def _describe(
    difference: Difference, attributes: dict[str, str], backend: Backend
) -> Iterator[str]:
    column = f"{difference.key.table}.{difference.key.name}"
    match difference.attribute:
        case "":
            yield from _describe_new(column, attributes, backend)
        case "not null" if difference.expected is not None:
            yield describe_null_rows(difference.key.table, difference.key.name, backend)
        case "type" if difference.expected in REWRITTEN or not is_wider(
            difference.actual or "", difference.expected or ""
        ):
            yield (
                f"the type of {column} changes from {difference.actual} to {difference.expected}: "
                "values that do not fit are lost or refused, and the table may be rewritten."
            )
        case "generated" | "expression" if difference.expected is not None:
            yield _rewritten(column)


def _describe_new(column: str, attributes: dict[str, str], backend: Backend) -> Iterator[str]:
    default = attributes.get("default", "")
    is_rewritten = attributes.get("generated") == "stored" or "identity" in attributes
    if backend == "postgresql" and (
        is_rewritten or VOLATILE.search(default) or default == OWN_SEQUENCE
    ):
        yield _rewritten(column)
    has_value = {"default", "generated", "identity", "extra"} & attributes.keys()
    if "not null" in attributes and not has_value:
        effect = (
            "all rows get a value that nobody chose, such as '' or 0"
            if backend == "mysql"
            else "this fails on a table with rows"
        )
        yield (
            f"column {column} is NOT NULL without a server default: {effect}.\n"
            "Add it nullable, give the rows a value, and set it NOT NULL then."
        )


def _rewritten(column: str) -> str:
    return (
        f"column {column} gets a value of its own in each row: every row is rewritten while "
        "nothing can use the table."
    )


def _comment(text: str) -> str:
    first, *rest = text.splitlines()
    return "\n    ".join([f"{MARK} {first}", *(f"{INDENT}{line}" for line in rest)])
