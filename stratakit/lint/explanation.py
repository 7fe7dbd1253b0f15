"""Explanations of rules: the title, the reason, and bad and good code."""

from stratakit.config import Backend
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.lint.rule import Rule
from stratakit.lint.rules import load_rules

NAMES: dict[Backend, str] = {
    "postgresql": "PostgreSQL",
    "sqlite": "SQLite",
    "mysql": "MySQL and MariaDB",
}


def explain(name: str) -> str:
    """Explain a rule as Markdown.

    Args:
        name: the rule's id, such as "drop-column".

    Raises:
        UsageError: there is no rule of that id.
    """
    rule = load_rules().get(name)
    if rule is None:
        raise UsageError(
            f"There is no rule {name}.",
            hint=f"All rules: {MIGRATE} lint --explain all",
        )
    return _section(rule)


def list_titles() -> str:
    """List all rules with their titles, a line each."""
    rules = load_rules()
    width = max(map(len, rules))
    return "\n".join(f"{rule.id:<{width}}  {rule.title}" for rule in rules.values())


def _section(rule: Rule) -> str:
    parts = [
        f"### {rule.id}\n\n{rule.title} {rule.detail}\n",
        *(f"On {NAMES[backend]}: {reason}\n" for backend, reason in rule.reasons.items()),
        f"Databases: {', '.join(rule.backends)}.\n",
        "Bad:\n\n" + "\n".join(map(_code, rule.bad)),
        "Good:\n\n" + "\nand in the next revision:\n\n".join(map(_code, rule.good)),
    ]
    return "\n".join(parts)


def _code(body: str) -> str:
    return f"```python\n{body}\n```\n"
