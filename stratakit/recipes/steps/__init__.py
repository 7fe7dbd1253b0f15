"""The recipes, one a module."""
