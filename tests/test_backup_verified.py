"""A backup that is restored elsewhere and compared with what it was taken of."""

import pytest

from strata import backup, restored
from strata.config import load
from strata.connection import connected
from strata.errors import Problem
from tests.living import Service

ITEM = "INSERT INTO items (name, price) VALUES ('{}', 1.5)"


@pytest.fixture(autouse=True)
def scratch_on_the_servers_of_the_tests(migrated: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    if server := migrated.environment.get("TEST_DATABASE_URL"):
        monkeypatch.setenv("TEST_DATABASE_URL", server)


def test_a_backup_is_verified_by_restoring_it(migrated: Service) -> None:
    migrated.sql(ITEM.format("a lamp"))
    done = migrated.migrate("backup", "--verify")
    assert done.returncode == 0, done.stderr
    assert "Restored and compared: 3 tables with 4 rows, all there." in done.stdout


def test_a_backup_that_lacks_rows_or_a_column_is_found(migrated: Service) -> None:
    config = load(migrated.root)
    path = backup.take(config, migrated.url, migrated.root / "backups")
    migrated.sql(ITEM.format("later"))
    migrated.sql("ALTER TABLE items ADD COLUMN phone VARCHAR(20)")
    with connected(migrated.url, reading=True) as connection:
        before = restored.counts(connection)
    with pytest.raises(Problem) as found:
        restored.verify(config, migrated.url, path, before)
    assert "items: 0 rows instead of 1 to 1" in str(found.value)
    assert "phone" in str(found.value)
