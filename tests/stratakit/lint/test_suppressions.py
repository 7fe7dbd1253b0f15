"""Suppressions in a revision: which lines and which rule each is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratakit.lint.suppressions import (
    Suppression,
    innermost_span,
    parse_suppressions,
    statement_spans,
    suppression_finding,
)

REVISION = """\
def upgrade() -> None:
    op.execute(
        "DROP TABLE items"
    )
    for name in names:
        op.drop_table(name)
        op.drop_column(name)


def downgrade() -> None:
    pass
"""


def _insert(line: int, comment: str, *, source: str = REVISION) -> str:
    """Put a comment on a line of its own before this line, counted from 1."""
    lines = source.splitlines(keepends=True)
    return "".join([*lines[: line - 1], f"    {comment}\n", *lines[line - 1 :]])


def _append(line: int, comment: str) -> str:
    """Put a comment behind the code of a line."""
    lines = REVISION.splitlines()
    lines[line - 1] += f"  {comment}"
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("comment", "rule", "reason"),
    [
        ("# migrate: allow drop-table -- nobody reads it", "drop-table", "nobody reads it"),
        ("#migrate:allow drop-table--x", "drop-table--x", ""),
        ("# migrate: allow drop-table --x", "drop-table", "x"),
        ("#   migrate:   allow   drop-table   --   a -- b", "drop-table", "a -- b"),
        ("# migrate: allow drop-table -- ", "drop-table", ""),
        ("# migrate: allow drop-table", "drop-table", ""),
        ("# migrate: allow", "", ""),
        ("# migrate: allow -- no rule", "", "no rule"),
    ],
)
def test_a_comment_is_a_suppression(comment: str, rule: str, reason: str) -> None:
    (suppression,) = parse_suppressions(_append(2, comment))
    assert (suppression.rule, suppression.reason) == (rule, reason)


@pytest.mark.parametrize(
    "source",
    [
        _append(2, "# allow drop-table -- x"),
        _append(2, "# migrate: allows drop-table -- x"),
        _append(2, "# migrate: allow drop_table, rename-table -- x"),
        _append(2, "# see: migrate: allow drop-table -- x"),
        'text = "# migrate: allow drop-table -- x"\n',
        '"""\n# migrate: allow drop-table -- x\n"""\n',
    ],
)
def test_other_text_is_none(source: str) -> None:
    assert list(parse_suppressions(source)) == []


@pytest.mark.parametrize(
    ("source", "line", "first", "last"),
    [
        (_append(2, "# migrate: allow a -- b"), 2, 2, 4),
        (_append(3, "# migrate: allow a -- b"), 3, 2, 4),
        (_append(6, "# migrate: allow a -- b"), 6, 6, 6),
        (_append(5, "# migrate: allow a -- b"), 5, 5, 7),
        (_insert(2, "# migrate: allow a -- b"), 2, 3, 5),
        (_insert(2, "# migrate: allow a -- b\n\n    # another comment"), 2, 5, 7),
        (_insert(5, "# migrate: allow a -- b"), 5, 6, 8),
        (_insert(1, "# migrate: allow a -- b").lstrip(), 1, 2, 2),
        (REVISION + "# migrate: allow a -- b", 12, 13, 13),
    ],
)
def test_a_suppression_is_about_the_statement_on_or_below_its_line(
    source: str, line: int, first: int, last: int
) -> None:
    (suppression,) = parse_suppressions(source)
    assert (suppression.line, suppression.first, suppression.last) == (line, first, last)


@pytest.mark.parametrize(
    ("rule", "reason", "span", "covers"),
    [
        ("a", "x", (3, 3), True),
        ("a", "x", (1, 3), True),
        ("a", "x", (5, 9), True),
        ("a", "x", (6, 9), False),
        ("a", "x", (1, 2), False),
        ("a", "", (3, 3), False),
        ("b", "x", (3, 3), False),
    ],
)
def test_a_suppression_covers_its_rule_on_its_lines_if_it_has_a_reason(
    rule: str, reason: str, span: tuple[int, int], covers: bool
) -> None:
    assert Suppression(rule, reason, 1, 3, 5).covers("a", span) is covers


def test_the_statements_of_a_file_are_those_without_a_body() -> None:
    assert sorted(statement_spans(REVISION)) == [(2, 4), (6, 6), (7, 7), (11, 11)]


@given(
    spans=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 5)), max_size=5),
    line=st.integers(1, 12),
)
def test_the_innermost_span_is_the_shortest_around_a_line(
    spans: list[tuple[int, int]], line: int
) -> None:
    lines = [(first, first + length) for first, length in spans]
    first, last = innermost_span(lines, line)
    assert first <= line <= last
    around = [span for span in lines if span[0] <= line <= span[1]]
    assert (first, last) in around or ((first, last) == (line, line) and not around)
    assert all(last - first <= other_last - other_first for other_first, other_last in around)


@pytest.mark.parametrize(
    ("rule", "reason", "finding"),
    [
        ("drop-table", "", "allow-without-reason"),
        ("", "", "allow-without-reason"),
        ("drop-table", "x", "unused-allow"),
        ("no-such-rule", "x", "unused-allow"),
        ("", "x", "unused-allow"),
    ],
)
def test_a_suppression_that_suppresses_nothing_is_reported(
    rule: str, reason: str, finding: str
) -> None:
    reported = suppression_finding(Suppression(rule, reason, 7, 8, 9), "versions/a1.py")
    assert (reported.rule, reported.file, reported.line) == (finding, "versions/a1.py", 7)
