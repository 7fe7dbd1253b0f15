"""A rule explained: its title, why it matters, and what is bad and good."""

from types import ModuleType

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.lint.rules import rules


def explain(name: str) -> str:
    """Explain a rule as Markdown.

    Args:
        name: the rule's, such as "drop-column".

    Raises:
        StrataError: there is no rule of that name.
    """
    rule = rules().get(name)
    if rule is None:
        raise UsageError(
            f"There is no rule {name}.",
            hint=f"All rules: {MIGRATE} lint --explain all",
        )
    return _section(name, rule)


def titles() -> str:
    """List all rules with their titles, a line each."""
    width = max(map(len, rules()))
    return "\n".join(
        f"{name:<{width}}  {(rule.__doc__ or '').partition(chr(10))[0]}"
        for name, rule in rules().items()
    )


def _section(name: str, rule: ModuleType) -> str:
    title, _, why = (rule.__doc__ or "").partition("\n")
    parts = [
        f"### {name}\n\n{title} {' '.join(why.split())}\n",
        f"Databases: {', '.join(rule.DATABASES)}.\n",
        "Bad:\n\n" + "\n".join(map(_code, rule.BAD)),
        "Good:\n\n" + "\nand in the next revision:\n\n".join(map(_code, rule.GOOD)),
    ]
    return "\n".join(parts)


def _code(body: str) -> str:
    stripped = body.strip("\n")
    return f"```python\n{stripped}\n```\n"
