"""The catalogue sees what hands do to a PostgreSQL schema, and nothing where nothing was done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine, text

from stratakit import catalog
from stratakit.catalog import Catalog
from stratakit.config import Config
from stratakit.devserver.account import account_for
from stratakit.devserver.binaries import DEBIAN, binaries
from stratakit.devserver.cluster import initialize
from stratakit.devserver.server import Server
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.url import parse
from tests import databases
from tests.stratakit.catalog.drifts import drift_id
from tests.stratakit.catalog.postgresql_drifts import DRIFTS, SCHEMA


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with databases.fresh("postgresql") as environment:
        url = parse(environment["DATABASE_URL"], Config(root=Path(tmp_path_factory.mktemp("c"))))
        with create_engine(url.for_migrations).connect() as connection:
            connection.execute(text(SCHEMA.replace(":", "\\:")))
            connection.commit()
            yield connection


@pytest.fixture(scope="module")
def before(connection: Connection) -> Catalog:
    found = catalog.read(connection)
    connection.rollback()
    return found


@pytest.mark.parametrize("statement", DRIFTS)
def test_a_manual_change_is_found(connection: Connection, before: Catalog, statement: str) -> None:
    with connection.begin() as transaction:
        connection.execute(text(statement))
        found = catalog.differences(before, catalog.read(connection))
        transaction.rollback()
    assert any(drift_id(each).startswith(DRIFTS[statement]) for each in found), [*map(str, found)]


def test_nothing_is_found_where_nothing_was_done(connection: Connection, before: Catalog) -> None:
    with connection.begin():
        assert catalog.differences(before, catalog.read(connection)) == []
        assert before.text() == catalog.read(connection).text()


@pytest.mark.parametrize("of", ["the wheel", "Debian"])
def test_an_older_server_reports_the_same(of: str, tmp_path: Path) -> None:
    version = "16" if of == "the wheel" else next((each.name for each in DEBIAN.glob("1*")), "15")
    try:
        programs = binaries(version)
    except StrataError as problem:
        pytest.skip(problem.message)
    server = Server(tmp_path / "postgresql", durable=False)
    server.folder.mkdir(mode=0o700)
    account = account_for(tmp_path)
    account.take_ownership(server.folder)
    initialize(server.data, programs, account)
    server.start()
    try:
        url = parse(server.url("postgres"), Config(root=tmp_path))
        with create_engine(url.for_migrations, poolclass=NullPool).connect() as connection:
            assert str(connection.dialect.server_version_info[0]) == version  # type: ignore[index]
            connection.execute(text(SCHEMA))
            connection.commit()
            before = catalog.read(connection)
            connection.rollback()
            for statement, first in DRIFTS.items():
                connection.execute(text(statement))
                found = catalog.differences(before, catalog.read(connection))
                connection.rollback()
                assert any(drift_id(each).startswith(first) for each in found), statement
            assert catalog.differences(before, catalog.read(connection)) == []
    finally:
        server.remove()


def test_a_check_that_a_restored_dump_writes_differently_is_the_same(
    connection: Connection,
) -> None:
    """PostgreSQL adds the casts of a varchar column to the array, then to each of its elements."""
    dumped = "ARRAY[('a,''b'::character varying)::text, ('c'::character varying)::text]"
    with connection.begin() as transaction:
        connection.execute(
            text("CREATE TABLE listed (v varchar(9), CONSTRAINT c CHECK (v IN ('a,''b', 'c')))")
        )
        original = catalog.read(connection)
        connection.execute(text("ALTER TABLE listed DROP CONSTRAINT c"))
        restored = f"ALTER TABLE listed ADD CONSTRAINT c CHECK ((v)::text = ANY ({dumped}))"
        connection.execute(text(restored.replace(":", "\\:")))
        assert catalog.differences(original, catalog.read(connection)) == []
        transaction.rollback()
