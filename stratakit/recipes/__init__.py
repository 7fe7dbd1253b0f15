"""Recipes: changes of a table in use in several steps, each of which running code survives.

A recipe starts from models that have the final form. It takes its part of what
autogenerate found, and plans the revisions, the backfill and the deployments between them.
"""

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.recipes import steps
from stratakit.recipes.recipe import Plan, Recipe, Request

__all__ = ["Plan", "Recipe", "Request", "find_recipe", "load_recipes"]


@cache
def load_recipes() -> dict[str, Recipe]:
    """Return all recipes by their names: one in each module of `stratakit.recipes.steps`."""
    modules = [
        import_module(f"{steps.__name__}.{module.name}")
        for module in pkgutil.iter_modules(steps.__path__)
    ]
    found = [_create_recipe(module) for module in modules]
    return {recipe.name: recipe for recipe in found}


def find_recipe(name: str) -> Recipe:
    """Return a recipe.

    Raises:
        UsageError: there is none of this name.
    """
    recipes = load_recipes()
    if name not in recipes:
        raise UsageError(f"There is no recipe {name}.", hint=f"List them: {MIGRATE} recipe")
    return recipes[name]


def _create_recipe(module: ModuleType) -> Recipe:
    """Create the one recipe that a module defines."""
    (kind,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, Recipe)
        and value.__module__ == module.__name__
    )
    recipe: Recipe = kind()
    return recipe
