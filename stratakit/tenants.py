"""The tenants of a project: schemas or databases that one chain of revisions migrates.

A tenant is a name, which env.py reads as `-x tenant=NAME`. It has a URL if it has a database of its
own that env.py does not derive from the name.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TextIO

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError, application_line, describe_exception
from stratakit.engine.url import parse

NAME = re.compile(r"\w[\w.-]*", re.ASCII)
"""A name that no env.py can turn into other SQL or into the path of another folder."""
LONGEST_NAME = 63
"""The bytes of a name of PostgreSQL: it cuts off the rest, and two names would be one schema."""
SHOWN = 5

TenantNames = Iterable[str] | Mapping[str, str]
"""The names of tenants; a mapping has the URL of each."""


@dataclass(frozen=True)
class Tenant:
    """One schema or database.

    Args:
        name: the value of env.py's argument `tenant`.
        url: its database; empty if env.py derives the database from the name.
    """

    name: str
    url: str = field(default="", repr=False)


def read_tenants(config: Config, given: TenantNames | None = None) -> list[Tenant]:
    """Return the tenants in the order of their list.

    Args:
        config: the project's, whose key `tenants` names a file or a function `MODULE:FUNCTION`.
        given: the tenants, if the caller has them.

    Raises:
        UsageError: there is no list, the list is empty or cannot be read, or a name or a URL is
            invalid or occurs twice.
    """
    if given is not None:
        return _validate(config, given, "the list")
    if not config.tenants:
        raise UsageError(
            "There is no list of tenants.",
            detail="strata.toml has no key tenants.",
            hint="Write a file with a name in each line, and add to strata.toml: "
            'tenants = "tenants.txt"\nOr name a function that returns the names: '
            'tenants = "app.tenants:names"',
        )
    if ":" in config.tenants:
        return _validate(config, _call(config), config.tenants)
    path = config.root / config.tenants
    try:
        with path.open(encoding="utf-8") as file:
            return _validate(config, parse_tenants(file), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The list of tenants {path} cannot be read: {error}.",
            hint="Write a name in each line, or correct the key tenants in strata.toml.",
        ) from error


def find_url(config: Config) -> str:
    """Return the URL of the tenant that `-x tenant=NAME` names, if the list of strata.toml has one.

    Args:
        config: the project's, with its arguments `-x`.

    Raises:
        UsageError: the list cannot be read.
    """
    names = {each.removeprefix("tenant=") for each in config.x_arguments if each[:7] == "tenant="}
    if not names or not config.tenants:
        return ""
    return next((each.url for each in read_tenants(config) if each.name in names), "")


def parse_tenants(file: TextIO) -> Mapping[str, str] | list[str]:
    """Read a list of tenants: in each line a name, and after a space the URL if it has one.

    Args:
        file: its lines; empty ones and those that begin with `#` are passed over.

    Returns:
        The names, or a mapping to their URLs if a line has a URL.
    """
    lines = [line.strip() for line in file]
    pairs = [
        (name, url.strip())
        for name, _, url in (re.sub(r"\s+", " ", line).partition(" ") for line in lines)
        if name and not name.startswith("#")
    ]
    names = [name for name, _ in pairs]
    if not any(url for _, url in pairs) or len(set(names)) < len(names):
        return names
    return dict(pairs)


def _call(config: Config) -> TenantNames:
    module, _, function = config.tenants.partition(":")
    for folder in (config.root / "src", config.root):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    try:
        names: TenantNames = getattr(import_module(module), function)()
        return dict(names) if isinstance(names, Mapping) else list(names)
    except Exception as error:
        place = application_line(error)
        raise UsageError(
            f"The function {config.tenants}, which returns the tenants, failed: "
            f"{describe_exception(error)}",
            detail=f"At {place}." if place else "",
            hint="Correct it, or the key tenants in strata.toml: a function without arguments that "
            "returns names, or a mapping of names to URLs.",
        ) from error


def _validate(config: Config, names: TenantNames, source: str) -> list[Tenant]:
    urls = names if isinstance(names, Mapping) else {}
    tenants = [Tenant(name, urls.get(name, "")) for name in names]
    if not tenants:
        raise UsageError(
            f"No tenant is in {source}.",
            detail="An empty list is more often a mistake than a project without tenants. "
            "Nothing was changed.",
            hint=f"Add a name, or migrate one database: {MIGRATE} upgrade",
        )
    wrong = [repr(each.name) for each in tenants if not _is_valid(each.name)]
    if wrong:
        raise UsageError(
            f"These are no names of tenants: {_shorten(wrong)}.",
            detail="env.py may write a name into SQL or into a path. A name has letters, digits, "
            f"`_`, `-` and `.`, does not begin with `-` or `.`, and has at most {LONGEST_NAME} "
            "characters. Nothing was changed.",
            hint=f"Correct {source}. A database with another name can have a plain name here, and "
            "a URL.",
        )
    for kind, values in (
        ("name", [each.name for each in tenants]),
        ("URL", [str(parse(each.url, config)) for each in tenants if each.url]),
    ):
        if twice := [value for value, count in Counter(values).items() if count > 1]:
            raise UsageError(
                f"A {kind} is more than once in {source}: {_shorten(twice)}.",
                detail="Two processes would migrate one tenant. Nothing was changed.",
                hint=f"Remove the duplicates from {source}.",
            )
    return tenants


def _is_valid(name: object) -> bool:
    return isinstance(name, str) and NAME.fullmatch(name) is not None and len(name) <= LONGEST_NAME


def _shorten(names: list[str]) -> str:
    rest = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def read_file(name: str) -> Mapping[str, str] | list[str]:
    """Read a list of tenants from a file, or from standard input.

    Args:
        name: the path; `-` is standard input.

    Raises:
        UsageError: it cannot be read.
    """
    if name == "-":
        return parse_tenants(sys.stdin)
    try:
        with Path(name).open(encoding="utf-8") as file:
            return parse_tenants(file)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The list of tenants {name} cannot be read: {error}.",
            hint="Name a file with a tenant in each line.",
        ) from error
