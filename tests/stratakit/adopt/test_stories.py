"""Databases that other tools made come under migration in a service without models."""

import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.service import Service
from tests.stratakit.adopt.stories import rails

DJANGO = Path(__file__).parent / "stories" / "django_tables.py"
RAILS = {"postgresql": rails.POSTGRESQL, "mysql": rails.MYSQL, "sqlite": rails.SQLITE}
OWN_BASE = "class Base(DeclarativeBase):\n    pass\n"
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql", "sqlite": "sqlite"}


@pytest.fixture
def legacy(database: str, service: Callable[..., Path]) -> Iterator[Service]:
    """A new service without a model, and an empty database."""
    with databases.fresh(database) as environment:
        live = Service(service(database=database, example=False), database, environment)
        # Constraints keep the names that another tool gave them.
        live.edit("app/database.py", "MetaData(naming_convention=NAMING_CONVENTION)", "MetaData()")
        live.edit("app/database.py", "from stratakit.orm.naming import NAMING_CONVENTION\n", "")
        yield live


def modelled(live: Service) -> None:
    """Write the models that a database has, by sqlacodegen, on the service's base."""
    url = live.url.url.set(drivername=DRIVERS[live.database])
    done = live.run(
        live.root / ".venv/bin/sqlacodegen",
        "--outfile",
        "app/models.py",
        url.render_as_string(hide_password=False),
    )
    assert done.returncode == 0, done.stderr
    live.edit("app/models.py", OWN_BASE, "from app.database import Base\n")


def is_adopted_with_its_models(live: Service) -> None:
    told = live.migrate("check")
    assert told.returncode == 1
    assert "./migrate.sh adopt\n" in told.stdout, told.stderr
    done = live.migrate("adopt", "--baseline")
    assert done.returncode == 0, done.stderr
    assert live.stands_at() == "001"
    checked = live.migrate("check")
    if live.database != "postgresql" and checked.returncode:
        # What sqlacodegen does not write, or no model can say, check names to be allowed.
        named = re.findall(r'allowed = \[("[^"]+")\]', checked.stdout)
        live.edit("strata.toml", "allowed = []", f"allowed = [{', '.join(named)}]")
        checked = live.migrate("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_database_of_rails_with_models_made_from_it(legacy: Service) -> None:
    with legacy.engine().connect() as connection:
        for statement in filter(str.strip, RAILS[legacy.database].split(";\n")):
            connection.exec_driver_sql(statement.replace("%", "%%"))
        connection.commit()
    modelled(legacy)
    is_adopted_with_its_models(legacy)
    assert legacy.sql("SELECT count(*) FROM schema_migrations") == [(2,)]


def test_a_database_of_django_with_models_made_from_it(legacy: Service) -> None:
    url = legacy.url.url.render_as_string(hide_password=False)
    done = legacy.run(sys.executable, DJANGO, url)
    assert done.returncode == 0, done.stderr
    modelled(legacy)
    is_adopted_with_its_models(legacy)


def test_a_history_whose_files_are_lost_is_found_again_by_comparing(migrated: Service) -> None:
    migrated.sql("UPDATE alembic_version SET version_num = 'deadbeef'")
    refused = migrated.migrate("upgrade")
    assert refused.returncode == 1
    done = migrated.follow(refused.stderr, "./migrate.sh adopt")
    assert "deadbeef" in done.stdout
    assert migrated.stands_at() == "002"


def test_a_history_without_any_file_becomes_a_baseline(legacy: Service) -> None:
    shutil.rmtree(legacy.root / "migrations" / "versions")
    key = {"postgresql": "SERIAL", "mysql": "INTEGER AUTO_INCREMENT"}.get(
        legacy.database, "INTEGER"
    )
    legacy.sql(f"CREATE TABLE users (id {key} PRIMARY KEY, name VARCHAR(20) NOT NULL)")
    legacy.sql("CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY)")
    legacy.sql("INSERT INTO alembic_version VALUES ('deadbeef')")
    modelled(legacy)
    done = legacy.migrate("adopt", "--baseline")
    assert done.returncode == 0, done.stderr
    assert legacy.stands_at() == "001"
    assert 'adopted = "001"' in (legacy.root / "strata.toml").read_text()
    checked = legacy.migrate("check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.databases("postgresql")
def test_a_revision_on_another_branch_is_to_be_fetched_and_not_replaced(migrated: Service) -> None:
    file = migrated.revision("003", "002", "pass")
    migrated.commit("on a branch")
    migrated.git("checkout", "-q", "-b", "other", "HEAD~1")
    assert not file.exists()
    migrated.sql("DELETE FROM migration_log")
    migrated.sql("UPDATE alembic_version SET version_num = '003'")
    refused = migrated.migrate("adopt")
    assert refused.returncode == 1
    migrated.follow(refused.stderr, "git -C ")
    assert file.exists()


@pytest.mark.databases("postgresql")
def test_allowed_objects_do_not_prevent_an_adoption(live: Service) -> None:
    live.sql("CREATE TABLE spatial_ref_sys (srid INTEGER PRIMARY KEY)")
    assert live.migrate("adopt").returncode == 1
    live.edit("strata.toml", "allowed = []", 'allowed = ["* spatial_ref_sys*"]')
    done = live.migrate("adopt")
    assert done.returncode == 0, done.stderr
    assert live.stands_at() == "001"
