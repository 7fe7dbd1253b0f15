"""What makes a revision dangerous, one rule a file: adding a rule is adding a file.

A rule's name is its file's, with dashes. Its docstring is its title and why it matters; SEVERITY,
DATABASES and find() say the rest, BAD and GOOD show it: the body of an upgrade() on the tables
`items` and `owners`, or bodies of several revisions. The tests run both on each of the databases
(SHOWN_ON, where the examples are not for all of them), the documentation prints them. DOWNGRADE
says that it looks at downgrades too, LAST_RESORT that it is quiet where another rule said it.
"""

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

SEVERITIES = (
    "blocks traffic", "loses data", "breaks running code", "cannot go back", "fails", "style",
)  # fmt: skip


@cache
def rules() -> dict[str, ModuleType]:
    """All rules by their names."""
    return {
        module.name.replace("_", "-"): import_module(f"stratakit.lint.rules.{module.name}")
        for module in pkgutil.iter_modules(__path__)
    }
