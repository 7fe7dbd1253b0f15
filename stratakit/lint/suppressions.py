"""What a revision acknowledges: `# migrate: allow <rule> -- <reason>`, on or above its line."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from stratakit.diagnostics.finding import Finding
from stratakit.lint import rules

COMMENT = re.compile(r"#\s*migrate:\s*allow\b\s*(?P<rule>[\w-]*)\s*(?:--\s*(?P<reason>.*))?$")


@dataclass
class Allow:
    """One acknowledgement.

    Args:
        rule: the rule's name.
        reason: why; empty where it was left out.
        line: its own.
        first: the first line that it speaks of.
        last: the last one.
    """

    rule: str
    reason: str
    line: int
    first: int
    last: int
    used: bool = False


def allows(source: str) -> Iterator[Allow]:
    """Read the acknowledgements of a revision's file."""
    spans = list(_spans(ast.parse(source)))
    comments = {
        token.start[0]: token
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    lines = source.splitlines()
    for number, token in comments.items():
        found = COMMENT.match(token.string)
        if not found:
            continue
        target = number
        while target <= len(lines) and lines[target - 1].strip()[:1] in ("#", ""):
            target += 1
        first, last = _around(spans, target)
        yield Allow(found["rule"], (found["reason"] or "").strip(), number, first, last)


def _around(spans: list[tuple[int, int]], line: int) -> tuple[int, int]:
    """The lines of the smallest statement that has a line."""
    inside = [span for span in spans if span[0] <= line <= span[1]]
    return min(inside, key=lambda span: span[1] - span[0], default=(line, line))


def _spans(tree: ast.AST) -> Iterator[tuple[int, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.With | ast.For | ast.While | ast.If | ast.Try):
            # What stands above a block speaks of all of it.
            yield node.lineno, node.end_lineno or node.lineno
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.lineno
        elif isinstance(node, ast.stmt):
            yield node.lineno, node.end_lineno or node.lineno


def about_suppression(rule: str, reason: str, file: str, line: int) -> Finding:
    """Report an acknowledgement without a reason, or one that nothing is found for."""
    if not reason:
        return Finding(
            "allow-without-reason",
            f"allow-without-reason: {rule or 'a rule'} is allowed without a reason.",
            "Who reviews it has to know why it is safe here.",
            f"# migrate: allow {rule or 'RULE'} -- why it is safe here",
            file,
            line,
        )
    unknown = "" if rule in rules.rules() else f" There is no rule {rule}."
    return Finding(
        "unused-allow",
        f"unused-allow: nothing that {rule} finds stands here.{unknown}",
        "It would hide what comes here later.",
        "Delete the comment, or put it on or above the line that the finding names.",
        file,
        line,
    )
