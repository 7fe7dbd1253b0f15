"""The rules, one a file: adding a rule is adding a file.

The tests run the examples of each rule on each of its databases, and the documentation prints them.
"""

import inspect
import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from stratakit.lint.rule import Rule


@cache
def load_rules() -> dict[str, Rule]:
    """Load all rules.

    Returns:
        The rules by their ids, in the order of their files.

    Raises:
        TypeError: a file defines no rule, several, or one of another id than its own name.
    """
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    rules = [create_rule(import_module(f"{__name__}.{name}")) for name in names]
    return {rule.id: rule for rule in rules}


def create_rule(module: ModuleType) -> Rule:
    """Create the rule that a module defines.

    Raises:
        TypeError: it defines no rule, several, or one of another id than its own name.
    """
    name = module.__name__
    classes = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, Rule) and value.__module__ == name
    ]
    expected = name.rpartition(".")[2].replace("_", "-")
    if [rule.id for rule in classes] != [expected]:
        raise TypeError(f'{name} has to define one rule, with id = "{expected}".')
    return classes[0]()
