"""The lowest versions of the libraries that stratakit runs with."""

import re
from importlib import import_module

from stratakit.diagnostics.command import install_requirement
from stratakit.diagnostics.errors import UsageError

LOWEST = {"sqlalchemy": (2, 0, 30), "alembic": (1, 18)}
"""As pyproject.toml declares them. Tools that ignore declarations can install other versions."""


def unsupported_version() -> UsageError | None:
    """Return the error that names a library that is too old; None if none is."""
    for name, lowest in LOWEST.items():
        installed: str = import_module(name).__version__
        numbers = tuple(int(each) for each in re.findall(r"\d+", installed)[:3])
        if numbers >= lowest:
            continue
        needed = ".".join(map(str, lowest))
        return UsageError(
            f"stratakit needs {name} {needed} or later, and {name} {installed} is installed.",
            detail="No command can run with it. Nothing was changed.",
            hint=install_requirement(f"{name}>={needed}")
            if numbers[0] == lowest[0]
            else f"Upgrade the application to {name} {lowest[0]} first, as a change of its own: "
            "https://docs.sqlalchemy.org/en/20/changelog/migration_20.html",
        )
    return None
