"""On MariaDB a character set that is only the database's default is nobody's change."""

import json

import pytest

from stratakit.config import Config
from stratakit.revisions import manifest
from tests.service import Service

pytestmark = pytest.mark.databases("mysql")

OTHERS = ["latin1_swedish_ci", "utf8mb4_unicode_ci"]


def rules(service: Service) -> list[str]:
    found = json.loads(service.migrate("check", "--json").stdout)
    return [each["rule"] for each in found]


@pytest.fixture(params=OTHERS)
def own(request: pytest.FixtureRequest, live: Service) -> Service:
    """A service whose database has another default than scratch databases have."""
    live.sql(f"ALTER DATABASE {live.url.name} COLLATE {request.param}")
    return live


def test_the_default_of_the_database_is_not_drift(own: Service) -> None:
    assert own.migrate("upgrade").returncode == 0
    seen = own.migrate("drift")
    assert seen.returncode == 0, seen.stdout
    own.sql("ALTER TABLE items MODIFY name varchar(200) CHARACTER SET ascii NOT NULL")
    seen = own.migrate("drift")
    assert seen.returncode == 1
    assert "column items.name: collation is ascii_general_ci" in seen.stdout


def test_a_revision_is_the_same_with_any_default_of_the_database(own: Service) -> None:
    change = 'op.execute("ALTER TABLE items CONVERT TO CHARACTER SET utf8mb4")'
    own.revision("003", "002", change)
    assert own.migrate("upgrade").returncode == 0
    seen = own.migrate("drift")
    assert seen.returncode == 0, seen.stdout


def test_a_database_with_another_default_is_adopted(own: Service) -> None:
    assert own.migrate("upgrade").returncode == 0
    own.sql("DROP TABLE alembic_version, migration_log")
    done = own.migrate("adopt")
    assert done.returncode == 0, done.stderr
    assert own.stands_at() == "002"


def test_a_baseline_of_it_is_what_the_models_make(own: Service) -> None:
    assert own.migrate("upgrade").returncode == 0
    own.sql("DROP TABLE alembic_version, migration_log")
    for file in (own.root / "migrations" / "versions").glob("*.py"):
        file.unlink()
    done = own.migrate("adopt", "--baseline")
    assert done.returncode == 0, done.stderr
    own.migrate("record")
    seen = own.migrate("check")
    assert "collation" not in seen.stdout
    assert "models-differ" not in seen.stdout
    assert own.migrate("drift").returncode == 0


def test_a_backup_of_it_is_verified(own: Service) -> None:
    assert own.migrate("upgrade").returncode == 0
    done = own.migrate("backup", "--verify")
    assert done.returncode == 0, done.stderr


def test_the_snapshot_does_not_tell_the_servers_default(live: Service) -> None:
    assert live.migrate("record").returncode == 0
    snapshot = manifest.snapshot_path(Config(root=live.root))
    now = snapshot.read_text()
    assert "collation" not in now
    older = now.replace("engine InnoDB", "engine InnoDB, collation latin1_swedish_ci")
    older = older.replace("varchar(200), not null", "varchar(200), not null, collation utf8mb3_bin")
    assert older.count("collation") > 1
    snapshot.write_text(older)
    assert "snapshot-not-true" not in rules(live)
    snapshot.write_text(older.replace("varchar(200)", "varchar(300)"))
    assert rules(live) == ["snapshot-not-true"]
