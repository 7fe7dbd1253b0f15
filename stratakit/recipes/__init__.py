"""Recipes: changes of a table in use in several steps, each of which running code survives.

A recipe starts from models that have the final form. It takes its part of what
autogenerate found, and plans the revisions, the backfill and the deployments between them.
"""

from functools import cache

from stratakit import module_classes
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.recipes import steps
from stratakit.recipes.recipe import Plan, Recipe, Request

__all__ = ["Plan", "Recipe", "Request", "find_recipe", "load_recipes"]


@cache
def load_recipes() -> dict[str, Recipe]:
    """Return all recipes by their names: one in each module of `stratakit.recipes.steps`."""
    return module_classes.create_all(steps, Recipe, "name")  # type: ignore[type-abstract]


def find_recipe(name: str) -> Recipe:
    """Return a recipe.

    Raises:
        UsageError: there is none of this name.
    """
    recipes = load_recipes()
    if name not in recipes:
        raise UsageError(f"There is no recipe {name}.", hint=f"List them: {MIGRATE} recipe")
    return recipes[name]
