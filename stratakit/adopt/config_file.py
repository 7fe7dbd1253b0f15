"""Up to which revision a project's history is taken as it is: the key `adopted` of strata.toml."""

from stratakit.config import Config


def remembered(config: Config, revision: str) -> str:
    """Write the key, in a project that has the migrations alone and does not say it yet.

    Old revisions were written under other rules: they are neither linted nor undone by the tests.

    Returns:
        What was written, in words; nothing where nothing was.
    """
    path = config.root / "strata.toml"
    if config.scope == "service" or config.adopted or not path.exists():
        return ""
    text = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text(
        f"{text}\n# What is older is not linted, nor undone by the tests.\n"
        f'adopted = "{revision}"\n',
        encoding="utf-8",
    )
    return f'Wrote adopted = "{revision}" into strata.toml: what is older is not linted.'
