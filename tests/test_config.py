"""strata.toml, read and checked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from stratakit import config
from stratakit.diagnostics.errors import StrataError
from tests.servers import TEMPLATE


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
    with pytest.raises(StrataError, match=said):
        config.load(tmp_path)


def test_a_setting_may_be_in_a_file_of_its_own_and_the_environment_goes_before(
    tmp_path: Path,
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / "database_url").write_text("postgresql://me:from-a-file@db/orders\n")
    show = "from app.settings import Settings; print(Settings().database_url.get_secret_value())"
    for given, shown in (({}, "from-a-file"), ({"DATABASE_URL": "sqlite:///x.db"}, "x.db")):
        environment = {"PATH": os.environ["PATH"], "SECRETS_DIR": str(secrets), **given}
        told = subprocess.run(
            [sys.executable, "-c", show], cwd=TEMPLATE, env=environment, capture_output=True
        )
        assert shown in told.stdout.decode(), told.stderr.decode()
