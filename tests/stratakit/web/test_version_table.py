"""Another version table than Alembic's own, as env.py may name it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, column, create_engine, insert, table, text

from stratakit.config import Config
from stratakit.revisions.history import Revision, RevisionHistory
from stratakit.revisions.log import LOG, find_inconsistencies, read_entries
from stratakit.roles import sql
from stratakit.web.health import check_readiness

REVISIONS = RevisionHistory({"001": Revision("001", (), Path("001.py"), "items")})


@pytest.fixture
def connection() -> Iterator[Connection]:
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("ATTACH ':memory:' AS ops"))
        for name in ("app_version", "ops.app_version"):
            connection.execute(text(f"CREATE TABLE {name} (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO ops.app_version VALUES ('001')"))
        yield connection


@pytest.mark.parametrize(("schema", "status"), [("ops", "ready"), (None, "behind")])
def test_readiness_reads_the_version_table_of_its_schema(
    connection: Connection, schema: str | None, status: str
) -> None:
    versions = table("app_version", column("version_num"), schema=schema)
    assert check_readiness(connection, REVISIONS, versions).status == status


def test_a_manually_changed_version_row_is_reported(connection: Connection, tmp_path: Path) -> None:
    LOG.create(connection)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    entry = {"revision": "001", "down_revision": "", "direction": "stamp", "heads": "001"}
    connection.execute(insert(LOG).values(**entry, who="me", started=now, finished=now))
    (finding,) = find_inconsistencies(
        Config(root=tmp_path), read_entries(connection), [], REVISIONS, "ops.app_version"
    )
    assert "ops.app_version" in finding.message


@pytest.mark.parametrize(
    ("version_table", "quoted"),
    [
        ("alembic_version", '"public"."alembic_version"'),
        ("ops.app_version", '"ops"."app_version"'),
    ],
)
def test_the_roles_protect_the_version_table(
    tmp_path: Path, version_table: str, quoted: str
) -> None:
    config = Config(root=tmp_path)
    text = sql(config, owner="o", app="a", version_table=version_table)
    assert f"to_regclass('{quoted}')" in text
    log = f'{quoted.partition(".")[0]}."migration_log"'
    assert f"REVOKE INSERT, UPDATE, DELETE ON {quoted}, {log}" in text
