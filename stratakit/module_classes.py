"""Packages whose modules each define one class: adding one is adding a file."""

import pkgutil
from importlib import import_module
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def create_all(package: ModuleType, base: type[T], attribute: str) -> dict[str, T]:
    """Create an object of the class that each module of a package defines.

    Args:
        package: the package.
        base: the base of the classes.
        attribute: the attribute of a class that names it: its module's name with hyphens.

    Returns:
        The objects by their names, in the order of their files.

    Raises:
        TypeError: a module defines no class, several, or one of another name.
    """
    modules = [
        import_module(f"{package.__name__}.{module.name}")
        for module in pkgutil.iter_modules(package.__path__)
    ]
    return {
        getattr(each, attribute): each for each in (create(m, base, attribute) for m in modules)
    }


def create(module: ModuleType, base: type[T], attribute: str) -> T:
    """Create an object of the class that a module defines.

    Raises:
        TypeError: it defines no class, several, or one of another name.
    """
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, base)
        and value.__module__ == module.__name__
    ]
    name = module.__name__.rpartition(".")[2].replace("_", "-")
    if [getattr(each, attribute) for each in classes] != [name]:
        kind = base.__name__.lower()
        raise TypeError(f'{module.__name__} has to define one {kind}, with {attribute} = "{name}".')
    return classes[0]()
