"""The key `allowed` of strata.toml: names of objects, with `*` and `?` as wildcards."""

from collections.abc import Iterable
from fnmatch import fnmatchcase


def is_allowed(patterns: Iterable[str], names: Iterable[str]) -> bool:
    """Return whether a pattern matches one of the names of an object.

    Args:
        patterns: such as `view active_items`, `index *` or `table items: options`.
        names: such as `column items.price` and, for one attribute, `column items.price: default`.
    """
    wanted = list(names)
    return any(fnmatchcase(name, pattern) for pattern in patterns for name in wanted)
