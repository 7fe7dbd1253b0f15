"""Suppressions in a revision: `# migrate: allow <rule> -- <reason>`, on or above a line."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from stratakit.diagnostics.finding import Finding
from stratakit.lint.rules import load_rules

COMMENT = re.compile(r"#\s*migrate:\s*allow\b\s*(?P<rule>[\w-]*)\s*(?:--\s*(?P<reason>.*))?$")

Span = tuple[int, int]
"""The first and the last line of a statement."""


@dataclass(frozen=True)
class Suppression:
    """A comment by which a revision allows what a rule finds.

    Args:
        rule: the rule's id.
        reason: why it is safe; empty if the comment gives none.
        line: the line of the comment.
        first: the first line that it is about.
        last: the last line that it is about.
    """

    rule: str
    reason: str
    line: int
    first: int
    last: int

    def covers(self, rule: str, span: Span) -> bool:
        """Return whether it suppresses a rule's violation in a statement."""
        first, last = span
        return rule == self.rule and self.reason != "" and first <= self.last and self.first <= last


def parse_suppressions(source: str) -> Iterator[Suppression]:
    """Read the suppressions in the text of a revision."""
    spans = list(_suppressible_spans(ast.parse(source)))
    lines = source.splitlines()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        match = COMMENT.match(token.string) if token.type == tokenize.COMMENT else None
        if match is None:
            continue
        line = target = token.start[0]
        while target <= len(lines) and lines[target - 1].strip()[:1] in ("#", ""):
            target += 1
        first, last = innermost_span(spans, target)
        yield Suppression(match["rule"], (match["reason"] or "").strip(), line, first, last)


def statement_spans(source: str) -> list[Span]:
    """Return the lines of the statements that hold no others."""
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and not hasattr(node, "body")
    ]


def innermost_span(spans: Sequence[Span], line: int) -> Span:
    """Return the shortest of the spans that a line is in; by default the line alone."""
    around = [span for span in spans if span[0] <= line <= span[1]]
    return min(around, key=lambda span: span[1] - span[0], default=(line, line))


def suppression_finding(suppression: Suppression, file: str) -> Finding:
    """Report a suppression that has no reason, or that suppresses nothing."""
    rule = suppression.rule
    if not suppression.reason:
        return Finding(
            "allow-without-reason",
            f"allow-without-reason: {rule or 'a rule'} is allowed without a reason.",
            "The reviewers have to know why it is safe here.",
            f"# migrate: allow {rule or 'RULE'} -- why it is safe here",
            file,
            suppression.line,
        )
    unknown = "" if rule in load_rules() else f" There is no rule {rule}."
    return Finding(
        "unused-allow",
        f"unused-allow: {rule} finds nothing on this line.{unknown}",
        "The comment would hide a later violation.",
        "Delete the comment, or move it to the line of the finding or above it.",
        file,
        suppression.line,
    )


def _suppressible_spans(tree: ast.AST) -> Iterator[Span]:
    """Yield the lines that a comment above a statement is about."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.lineno
        elif isinstance(node, ast.stmt):
            # A comment above a block, such as a loop, is about all of it.
            yield node.lineno, node.end_lineno or node.lineno
