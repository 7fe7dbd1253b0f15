"""Names by which the scratch databases of a service are known, so that left-overs are its own."""

import hashlib
import secrets

from stratakit.config import Config


def prefix(config: Config) -> str:
    """What all of them begin with: it differs between two folders of one service."""
    local = (config.root / ".local").resolve()
    return f"strata_{hashlib.sha256(str(local).encode()).hexdigest()[:8]}_"


def unique_name(config: Config) -> str:
    """A name that nothing has."""
    return f"{prefix(config)}{secrets.token_hex(6)}"


def cached_name(config: Config, key: str) -> str:
    """The name of the state at head.

    Args:
        key: a hash of what made it.
    """
    return f"{prefix(config)}head_{key[:24]}"
