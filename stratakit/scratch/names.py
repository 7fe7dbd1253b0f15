"""Names of scratch databases, by which a project recognizes its own stale ones."""

import hashlib
import secrets

from stratakit.config import Config


def prefix(config: Config) -> str:
    """Return the prefix of all names, which differs between two folders of one project."""
    local = (config.root / ".local").resolve()
    return f"strata_{hashlib.sha256(str(local).encode()).hexdigest()[:8]}_"


def unique_name(config: Config) -> str:
    """Return a name that no database has."""
    return f"{prefix(config)}{secrets.token_hex(6)}"


def cached_name(config: Config, key: str) -> str:
    """Return the name of the cached database at head.

    Args:
        config: the project's.
        key: a hash of all that determines its schema.
    """
    return f"{prefix(config)}head_{key[:24]}"
