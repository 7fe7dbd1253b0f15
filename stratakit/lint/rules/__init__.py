"""The rules, one a file: adding a rule is adding a file.

The tests run the examples of each rule on each of its databases, and the documentation prints them.
"""

import sys
from functools import cache

from stratakit import module_classes
from stratakit.lint.rule import Rule


@cache
def load_rules() -> dict[str, Rule]:
    """Return all rules by their ids, in the order of their files."""
    return module_classes.create_all(sys.modules[__name__], Rule, "id")  # type: ignore[type-abstract]
