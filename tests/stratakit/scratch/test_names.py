"""Names of scratch databases, which tell whose they are."""

from pathlib import Path

from stratakit.config import Config
from stratakit.scratch.names import cached_name, prefix, unique_name

KEY = "0123456789abcdef" * 4
ONE, OTHER = Config(root=Path("/srv/one")), Config(root=Path("/srv/other"))


def test_each_folder_has_a_prefix_of_its_own() -> None:
    assert prefix(ONE) == prefix(Config(root=Path("/srv/two/../one"))) != prefix(OTHER)


def test_a_name_has_the_prefix_of_its_project() -> None:
    names = [unique_name(ONE), unique_name(ONE), cached_name(ONE, KEY), cached_name(ONE, KEY[::-1])]
    assert len(set(names)) == 4
    assert all(name.startswith(prefix(ONE)) for name in names)
    assert not any(name.startswith(prefix(OTHER)) for name in names)


def test_the_cached_database_is_known_by_its_key() -> None:
    assert cached_name(ONE, KEY) == cached_name(ONE, KEY) != cached_name(OTHER, KEY)


def test_every_database_accepts_a_name() -> None:
    for name in (unique_name(ONE), cached_name(ONE, KEY)):
        assert len(name) <= 63
        assert name.isidentifier()
        assert name == name.lower()
