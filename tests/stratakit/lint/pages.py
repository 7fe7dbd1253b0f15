"""The page of the rules in the docs: `python -m tests.stratakit.lint.pages` writes it."""

from pathlib import Path

from stratakit.lint.explanation import explain
from stratakit.lint.rule import Severity
from stratakit.lint.rules import load_rules
from tests.stratakit.lint.peers import PEERS, RULES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "rules.md"
HEAD = """\
# What makes a revision dangerous

`./migrate.sh lint` runs each revision that the main branch does not have, up and down, on a scratch
database at the previous revision. It observes the locks on existing tables, the tables that are
rewritten or scanned, the query plans, errors, and whether the version is written. A suppression on
or above the line accepts a violation:

```python
# migrate: allow drop-column -- no code has read it since release 12
op.drop_column("items", "note")
```

The reason is required, and a suppression without a violation is an error. The examples use the
tables `items` and `owners`.
"""


def page() -> str:
    """The page as it has to be."""
    parts = [HEAD]
    for severity in Severity:
        parts.append(f"## {severity.capitalize()}\n")
        rules = load_rules().values()
        parts += [explain(rule.id) for rule in rules if rule.severity == severity]
    parts.append(_comparison())
    return "\n".join(parts).rstrip() + "\n"


def _comparison() -> str:
    lines = [
        "## Other linters\n",
        "By the names of their rules; a dash if none is named. None of them runs the",
        "revision and watches, except eugene, whose trace watches locks on PostgreSQL.\n",
        f"| rule | {' | '.join(PEERS)} |",
        f"|---|{'---|' * len(PEERS)}",
    ]
    for name in load_rules():
        theirs = RULES.get(name, {})
        lines.append(f"| {name} | {' | '.join(theirs.get(peer, '-') for peer in PEERS)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    PAGE.write_text(page())
