"""A database that something else made comes under migration after it was compared."""

import json

import pytest
from sqlalchemy import text

from stratakit import catalog
from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions.review_comments import remove_comments
from stratakit.scratch import database as scratch_database
from tests.changes import CREATE_ALL
from tests.service import Service
from tests.stratakit.catalog import mysql_drifts, postgresql_drifts, sqlite_drifts
from tests.template.updates import git

SCHEMAS = {
    "postgresql": postgresql_drifts.SCHEMA,
    "mysql": mysql_drifts.SCHEMA,
    "sqlite": sqlite_drifts.SCHEMA,
}
PHONE = 'op.add_column("items", sa.Column("phone", sa.String(20)))'
LESS = 'op.drop_column("items", "phone")'


def make_by_create_all(live: Service) -> None:
    done = live.run(live.python, "-c", CREATE_ALL)
    assert done.returncode == 0, done.stderr


def make_everything(live: Service) -> None:
    """Make a schema that uses every kind of object, by hand."""
    schema = SCHEMAS[live.database]
    with live.engine().connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        if live.database == "sqlite":
            driver.executescript(schema)
        elif live.database == "postgresql":
            driver.execute(schema)
            driver.commit()
        else:
            for statement in schema.split(";\n"):
                connection.exec_driver_sql(statement)
        connection.commit()


def written(url: DatabaseURL) -> str:
    return url.url.render_as_string(hide_password=False)


def test_the_revision_of_a_create_all_database_is_found(live: Service) -> None:
    make_by_create_all(live)
    seen = live.migrate("adopt", "--dry-run")
    assert seen.returncode == 0, seen.stderr
    assert "matches revision 002" in seen.stdout
    assert live.stands_at() is None
    done = live.migrate("adopt")
    assert done.returncode == 0, done.stderr
    assert live.stands_at() == "002"
    assert live.sql("SELECT note FROM migration_log") == [("adopted after comparison",)]
    assert "already" in live.migrate("adopt").stdout


def test_drift_of_a_database_that_is_not_adopted_says_so(live: Service) -> None:
    make_by_create_all(live)
    told = live.migrate("drift")
    assert told.returncode == 1
    assert "DROP" not in told.stdout
    live.follow(told.stdout, "./migrate.sh adopt")
    assert live.migrate("drift").returncode == 0


@pytest.mark.databases("sqlite")
def test_check_sends_a_database_with_tables_and_no_revision_to_adopt(live: Service) -> None:
    live.sql("CREATE TABLE spatial_ref_sys (srid INTEGER PRIMARY KEY)")
    told = live.migrate("check", "--json")
    assert told.returncode == 1
    assert [each["rule"] for each in json.loads(told.stdout)] == ["not-adopted"]
    live.edit("strata.toml", "allowed = []", 'allowed = ["table spatial_ref_sys"]')
    assert live.migrate("check").returncode == 0


@pytest.mark.databases("sqlite")
def test_revisions_are_compared_elsewhere_whatever_env_py_takes_the_url_from(live: Service) -> None:
    live.edit("migrations/env.py", "url=Settings().migration_url", 'url=os.environ["ORDERS_DSN"]')
    live.edit("migrations/env.py", "from stratakit", "import os\n\nfrom stratakit")
    live.environment["ORDERS_DSN"] = written(live.url)
    refused = live.migrate("stamp", "002")
    assert refused.returncode == 1
    assert "table items" in refused.stderr
    assert live.columns("items") == set()
    assert live.stands_at() is None


def test_an_earlier_state_is_adopted_there_and_goes_on(live: Service) -> None:
    make_by_create_all(live)
    live.revision("003", "002", PHONE, LESS)
    done = live.migrate("adopt")
    assert done.returncode == 0, done.stderr
    assert live.stands_at() == "002"
    assert "Pending:\n  003" in done.stdout
    assert live.migrate("upgrade").returncode == 0
    assert "phone" in live.columns("items")


def test_if_several_revisions_match_the_last_one_that_ran_has_to_be_named(
    live: Service,
) -> None:
    make_by_create_all(live)
    live.revision("003", "002", 'op.execute("UPDATE items SET price = 1")')
    refused = live.migrate("adopt")
    assert refused.returncode == 1
    assert "\n  002  items\n  003  by hand 003\n" in refused.stderr
    assert live.stands_at() is None
    live.follow(refused.stderr, "./migrate.sh adopt --at 002")
    assert live.stands_at() == "002"


def test_one_column_off_is_never_stamped(live: Service) -> None:
    make_by_create_all(live)
    live.sql("ALTER TABLE items ADD COLUMN extra INTEGER")
    refused = live.migrate("adopt")
    assert refused.returncode == 1
    assert "002 (items)" in refused.stderr
    assert "\n  column items.extra " in refused.stderr
    assert "./migrate.sh adopt --repair\n" in refused.stderr
    assert live.stands_at() is None
    assert not live.columns("migration_log")


@pytest.mark.databases("sqlite")
def test_after_an_upgrade_stopped_at_existing_tables_the_nearest_revision_is_named(
    live: Service,
) -> None:
    make_by_create_all(live)
    live.sql("ALTER TABLE items ADD COLUMN extra integer")
    live.sql("INSERT INTO items (name, price) VALUES ('tea', 1)")
    assert "already exists" in live.migrate("upgrade").stderr
    assert live.stands_at() == "001"
    told = live.migrate("adopt")
    assert told.returncode == 1
    assert "002 (items)" in told.stderr
    assert "DROP TABLE" not in told.stdout + told.stderr
    assert live.migrate("adopt", "--repair").returncode == 0
    assert live.stands_at() == "002"
    drift = live.migrate("drift")
    assert "./migrate.sh backup\n" in drift.stdout
    assert live.sql("SELECT name FROM items") == [("tea",)]


def test_without_any_revision_the_first_one_is_to_be_written(live: Service) -> None:
    for file in (live.root / "migrations/versions").glob("*.py"):
        file.unlink()
    live.sql("CREATE TABLE users (id INTEGER PRIMARY KEY)")
    refused = live.migrate("adopt")
    assert refused.returncode == 1
    live.follow(refused.stderr, "./migrate.sh adopt --baseline")
    assert live.stands_at() == "001"


def test_adopt_of_an_empty_database_names_upgrade(live: Service) -> None:
    done = live.migrate("adopt")
    assert done.returncode == 0
    live.follow(done.stdout, "./migrate.sh upgrade")
    assert live.stands_at() == "002"


def test_a_baseline_makes_all_that_the_database_holds(live: Service) -> None:
    make_everything(live)
    refused = live.migrate("adopt")
    assert refused.returncode == 1
    done = live.follow(refused.stderr, "./migrate.sh adopt --baseline")
    assert "migrations/versions/001_baseline.py" in done.stdout
    assert "hunter2" not in (live.root / "migrations/versions/001_baseline.py").read_text()
    assert live.stands_at() == "001"
    assert "Pending:\n  002" in done.stdout
    config = Config(root=live.root, database=live.url.backend)
    with connect(live.url) as connection:
        held = catalog.read(connection)
    with scratch_database(config) as url:
        assert live.migrate("upgrade", "001", DATABASE_URL=written(url)).returncode == 0
        with connect(url) as connection:
            assert catalog.differences(held, catalog.read(connection)) == []
    assert live.migrate("upgrade").returncode == 0


def test_a_baseline_may_replace_the_committed_empty_one(live: Service) -> None:
    for command in (["init", "-qb", "main"], ["add", "-A"], ["commit", "-qm", "New"]):
        git(live.root, *command)
    make_by_create_all(live)
    (live.root / "migrations/versions/002_items.py").unlink()
    assert live.migrate("adopt", "--baseline").returncode == 0
    assert "001_baseline.py was edited" not in live.migrate("check").stdout
    for command in (["add", "-A"], ["commit", "-qm", "Adopted"]):
        git(live.root, *command)
    live.edit(
        "migrations/versions/001_baseline.py", "op.execute(statement)", "op.execute(str(statement))"
    )
    assert "001_baseline.py was edited" in live.migrate("check").stdout


def test_a_baseline_that_makes_something_is_not_written_over(live: Service) -> None:
    make_everything(live)
    live.edit("migrations/versions/001_baseline.py", "    pass", '    op.execute("SELECT 1")')
    before = (live.root / "migrations/versions/001_baseline.py").read_bytes()
    refused = live.migrate("adopt", "--baseline")
    assert refused.returncode == 1
    assert "is not empty" in refused.stderr
    assert (live.root / "migrations/versions/001_baseline.py").read_bytes() == before
    assert live.stands_at() is None


def resolve_comments(live: Service) -> None:
    """Delete the review comments of a repair, as a person does."""
    for file in (live.root / "migrations/versions").glob("*_repair_*.py"):
        file.write_bytes(remove_comments(file.read_bytes()))
    assert live.migrate("record").returncode == 0


@pytest.mark.databases("postgresql")
def test_a_repair_runs_on_the_adopted_database_and_on_no_other(live: Service) -> None:
    make_by_create_all(live)
    live.sql("ALTER TABLE items DROP COLUMN price")
    live.commit()
    refused = live.migrate("adopt")
    live.follow(refused.stderr, "./migrate.sh adopt --repair")
    assert live.stands_at() == "002"
    assert "price" in live.newest("*_repair_an_adopted_database.py").read_text()
    resolve_comments(live)
    assert live.migrate("upgrade").returncode == 0
    assert "price" in live.columns("items")
    drift = live.migrate("drift")
    assert drift.returncode == 0, drift.stderr
    check = live.migrate("check")
    assert check.returncode == 0, check.stdout
    config = Config(root=live.root, database=live.url.backend)
    with scratch_database(config) as url:
        done = live.migrate("upgrade", DATABASE_URL=written(url))
        assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.databases("postgresql")
def test_a_repair_passes_a_database_without_a_log(live: Service) -> None:
    live.edit(
        "app/items/models.py",
        "    price: Mapped",
        "    tags: Mapped[list[str] | None] = mapped_column(ARRAY(String(9)))\n    price: Mapped",
    )
    live.edit(
        "app/items/models.py",
        "from sqlalchemy import",
        "from sqlalchemy.dialects.postgresql import ARRAY\nfrom sqlalchemy import",
    )
    add = 'op.add_column("items", sa.Column("tags", sa.ARRAY(sa.String(9))))'
    live.revision("003", "002", add, 'op.drop_column("items", "tags")')
    make_by_create_all(live)
    live.sql("ALTER TABLE items DROP COLUMN tags, DROP COLUMN price")
    live.commit()
    repaired = live.migrate("adopt", "--repair")
    assert repaired.returncode == 0, repaired.stderr
    resolve_comments(live)
    done = live.migrate("upgrade")
    assert done.returncode == 0, done.stderr
    assert {"tags", "price"} <= live.columns("items")
    config = Config(root=live.root, database=live.url.backend)
    with scratch_database(config) as url:
        elsewhere = written(url)
        assert live.migrate("upgrade", "003", DATABASE_URL=elsewhere).returncode == 0
        with connect(url) as connection:
            connection.execute(text("DROP TABLE migration_log"))
            connection.commit()
        done = live.migrate("upgrade", DATABASE_URL=elsewhere)
        assert done.returncode == 0, done.stderr
    revision = live.newest().stem.partition("_")[0]
    linted = live.migrate("lint", revision)
    assert linted.returncode == 0, linted.stdout + linted.stderr
    tested = live.run(live.python, "-m", "pytest", "-q", "tests/test_migrations.py")
    assert tested.returncode == 0, tested.stdout


def test_five_hundred_tables_are_adopted(live: Service) -> None:
    with live.connection() as connection:
        for number in range(500):
            connection.execute(text(f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, n INTEGER)"))
    done = live.migrate("adopt", "--baseline")
    assert done.returncode == 0, done.stderr
    assert live.stands_at() == "001"
