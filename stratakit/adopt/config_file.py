"""The key `adopted` of strata.toml: the last revision that is older than stratakit."""

from collections.abc import Collection

import tomlkit

from stratakit.config import Config
from stratakit.revisions import manifest


def write_adopted(config: Config, revision: str) -> str:
    """Write the key for a history that was written without stratakit.

    Older revisions followed other rules: they are neither linted nor undone by the tests.

    Returns:
        A sentence about that; empty if the key exists, or the revisions are recorded.
    """
    path = config.root / "strata.toml"
    if config.adopted or manifest.snapshot_path(config).exists() or not path.exists():
        return ""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document.add(tomlkit.comment("Older revisions are neither linted nor undone by the tests."))
    document.add("adopted", revision)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return f'Wrote adopted = "{revision}" into strata.toml: older revisions are not linted.'


def move_adopted(config: Config, replaced: Collection[str], revision: str) -> str:
    """Name another revision as the adopted one if that was replaced.

    Returns:
        A sentence about that; empty if nothing was written.
    """
    path = config.root / "strata.toml"
    if config.adopted not in replaced or config.adopted == revision or not path.exists():
        return ""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document["adopted"] = revision
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    return f'Wrote adopted = "{revision}" into strata.toml, in place of "{config.adopted}".'
