"""A backup that is restored elsewhere and compared with what it was taken of."""

import pytest

from stratakit import backup, scratch
from stratakit.backup import verification
from stratakit.config import load
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from tests.service import Service

ITEM = "INSERT INTO items (name, price) VALUES ('{}', 1.5)"


@pytest.fixture(autouse=True)
def scratch_on_the_servers_of_the_tests(migrated: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    if server := migrated.environment.get("TEST_DATABASE_URL"):
        monkeypatch.setenv("TEST_DATABASE_URL", server)


def test_a_backup_is_verified_by_restoring_it(migrated: Service) -> None:
    migrated.sql(ITEM.format("a lamp"))
    done = migrated.migrate("backup")
    assert done.returncode == 0, done.stderr
    assert "Restored and compared: 4 tables with 4 rows, nothing is missing." in done.stdout


def test_one_before_an_upgrade_is_verified_too(migrated: Service) -> None:
    migrated.migrate("downgrade")
    done = migrated.migrate("upgrade", "--backup")
    assert done.returncode == 0, done.stderr
    assert "Restored and compared: 2 tables with 4 rows, nothing is missing." in done.stdout


def test_without_a_server_to_restore_it_on_a_backup_says_so_and_is_there(
    migrated: Service, database: str
) -> None:
    if database == "sqlite":
        return
    nowhere = f"{database}://nobody@127.0.0.1:1/nothing"
    done = migrated.migrate("backup", TEST_DATABASE_URL=nowhere)
    assert done.returncode == 0, done.stderr
    assert "127.0.0.1:1" in done.stdout
    assert len(list((migrated.root / "backups").glob("service_*"))) == 1
    wanted = migrated.migrate("backup", "--verify", TEST_DATABASE_URL=nowhere)
    assert wanted.returncode == 3


def test_a_backup_that_lacks_rows_or_a_column_is_found(migrated: Service) -> None:
    config = load(migrated.root)
    path = backup.create(config, migrated.url, migrated.root / "backups")
    migrated.sql(ITEM.format("later"))
    migrated.sql("ALTER TABLE items ADD COLUMN phone VARCHAR(20)")
    with connect(migrated.url, read_only=True) as connection:
        before = verification.count_rows(connection)
    with scratch.database(config) as elsewhere, pytest.raises(StrataError) as found:
        verification.compare_restored(elsewhere, migrated.url, path, before)
    assert "items: 0 rows instead of 1 to 1" in str(found.value)
    assert "phone" in str(found.value)
