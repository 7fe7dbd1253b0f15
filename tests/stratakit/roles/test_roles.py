"""The SQL of `roles`: who migrates owns the schema, who serves cannot alter it."""

import subprocess
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from stratakit.devserver.client_tools import find_client
from stratakit.engine.migration import migration_engine
from stratakit.engine.url import DatabaseURL
from tests.service import Service

PHONE = 'op.add_column("items", sa.Column("phone", sa.String(20)))'
ITEM = "INSERT INTO items (name, price) VALUES ('tea', 1)"


def run_by_an_administrator(service: Service, script: str) -> None:
    """Run a script as the first lines of it say."""
    url = service.url.url
    if service.database == "postgresql":
        words = [str(find_client("psql")), "-v", "ON_ERROR_STOP=1", "-qd"]
        words.append(url.set(drivername="postgresql").render_as_string(hide_password=False))
    else:
        words = ["mariadb", "--no-defaults", "-uroot", f"--socket={url.query['unix_socket']}"]
    done = subprocess.run(words, input=script, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def refused(connection: Connection, statement: str) -> bool:
    try:
        connection.execute(text(statement))
    except DBAPIError:
        connection.rollback()
        return True
    return False


@pytest.mark.databases("postgresql", "mysql")
def test_the_role_that_serves_reads_and_writes_rows_and_cannot_alter_the_schema(
    migrated: Service, require: Callable[[str], str]
) -> None:
    if migrated.database == "mysql":
        require("mariadb")
        # A fresh MariaDB has a user without a name, who comes before those of any host.
        run_by_an_administrator(migrated, "DROP USER IF EXISTS ''@localhost, ''@`%`")
    name = migrated.url.name
    migrated.edit("strata.toml", 'database_name = "my_service"', f'database_name = "{name}"')
    owner, app = f"owner_{name[-8:]}", f"app_{name[-8:]}"
    for _ in range(2):
        told = migrated.migrate("roles", "--sql", "--owner", owner, "--app", app)
        assert told.returncode == 0, told.stderr
        run_by_an_administrator(migrated, told.stdout)
    if migrated.database == "mysql":
        for role in (owner, app):
            run_by_an_administrator(migrated, f"ALTER USER {role} ACCOUNT UNLOCK")

    def url(role: str) -> DatabaseURL:
        return DatabaseURL(migrated.url.backend, migrated.url.url.set(username=role))

    migrated.revision("003", "002", PHONE)
    direct = url(owner).url.render_as_string(hide_password=False)
    serving = url(app).url.render_as_string(hide_password=False)
    upgraded = migrated.migrate("upgrade", DATABASE_URL=serving, MIGRATION_DATABASE_URL=direct)
    assert upgraded.returncode == 0, upgraded.stderr
    later = 'op.create_table("later", sa.Column("id", sa.Integer()))'
    migrated.revision("004", "003", later, 'op.drop_table("later")')
    assert migrated.migrate("upgrade", MIGRATION_DATABASE_URL=direct).returncode == 0

    untold: tuple[str, ...] = ()
    if migrated.database == "postgresql":
        run_by_an_administrator(migrated, told.stdout)
        untold = ("UPDATE alembic_version SET version_num = 'x'", "DELETE FROM migration_log")

    with migration_engine(url(app)).connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "004"
        connection.execute(text(ITEM))
        connection.execute(text("INSERT INTO later VALUES (1)"))
        assert connection.scalar(text("SELECT count(*) FROM items")) == 1
        connection.commit()
        for statement in (
            "ALTER TABLE items ADD COLUMN more INTEGER",
            "DROP TABLE later",
            "CREATE TABLE mine (id INTEGER)",
            "CREATE INDEX ix_mine ON items (price)",
            "TRUNCATE TABLE items",
            *untold,
        ):
            assert refused(connection, statement), statement
    refusal = migrated.migrate("downgrade", DATABASE_URL=serving)
    assert refusal.returncode != 0
    assert "Traceback" not in refusal.stderr
    if migrated.database == "postgresql":
        for role in (app, owner):
            migrated.sql(f"DROP OWNED BY {role}")
    migrated.sql(f"DROP {'ROLE' if migrated.database == 'postgresql' else 'USER'} {owner}, {app}")


@pytest.mark.databases("sqlite")
def test_sqlite_has_no_roles_and_says_so(live: Service) -> None:
    refusal = live.migrate("roles", "--sql")
    assert refusal.returncode == 2
    assert "SQLite has no roles" in refusal.stderr
