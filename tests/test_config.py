"""strata.toml, read and checked."""

from pathlib import Path

import pytest

from strata import config
from strata.errors import Problem


def test_a_missing_key_has_its_default(tmp_path: Path) -> None:
    (tmp_path / "strata.toml").write_text('name = "Orders"\n')
    read = config.load(tmp_path)
    assert (read.name, read.database, read.packages) == ("Orders", "postgresql", ("app",))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('databse = "sqlite"', "unknown key: databse"),
        ('database = "oracle"', "is not one of postgresql, sqlite, mysql"),
        ("name = 3", "is not a string"),
        ('packages = "app"', "is not a list of strings"),
        ("name = ", "is not valid TOML"),
    ],
)
def test_a_wrong_key_or_value_is_an_error_that_names_it(
    tmp_path: Path, written: str, said: str
) -> None:
    (tmp_path / "strata.toml").write_text(written)
    with pytest.raises(Problem, match=said):
        config.load(tmp_path)
