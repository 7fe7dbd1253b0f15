"""A database that is reached over TLS only: by migrations, backups and the application."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from stratakit.config import load
from stratakit.devserver.binaries import DEBIAN
from stratakit.devserver.client_tools import find_client
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.pool import Database
from stratakit.engine.url import parse
from tests.service import Service
from tests.stratakit.engine import tls

VERIFIED = {
    "postgresql": "sslmode=verify-full&sslrootcert={}",
    "mysql": "ssl_ca={}",
}
ENCRYPTED = {
    "postgresql": "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    "mysql": "SELECT variable_value <> '' FROM information_schema.session_status"
    " WHERE variable_name = 'Ssl_cipher'",
}
pytestmark = pytest.mark.databases("postgresql", "mysql")


@pytest.fixture
def server(database: str, tmp_path: Path, require: Callable[[str], str]) -> Iterator[str]:
    if database == "mysql":
        require("mariadbd")
    elif not any(DEBIAN.glob("*/bin/postgres")):
        pytest.skip("PostgreSQL with TLS is not installed: apt-get install postgresql")
    with tls.encrypted(database, tmp_path) as url:
        yield url


def test_a_server_that_proves_its_name_is_migrated_backed_up_and_served(
    server: str, live: Service, tmp_path: Path
) -> None:
    url = f"{server}?{VERIFIED[live.database].format(tmp_path / 'ca.pem')}"
    for command in (["upgrade"], ["backup", "--no-verify"]):
        done = live.migrate(*command, DATABASE_URL=url)
        assert done.returncode == 0, done.stderr
    parsed = parse(url, load(live.root))
    with connect(parsed) as connection:
        assert connection.scalar(text(ENCRYPTED[live.database]))
    assert asyncio.run(
        _answer(Database.from_url(parsed, pool_size=1, pool_timeout=5), ENCRYPTED[live.database])
    )


def test_a_server_that_another_authority_signed_for_is_refused_in_words(
    server: str, live: Service, tmp_path: Path
) -> None:
    url = f"{server}?{VERIFIED[live.database].format(tmp_path / 'another.pem')}"
    done = live.migrate("upgrade", DATABASE_URL=url)
    assert done.returncode == 3
    assert "certificate verify failed" in done.stderr
    assert "Traceback" not in done.stderr
    with pytest.raises(StrataError, match="certificate verify failed"):
        connect(parse(url, load(live.root))).__enter__()


@pytest.mark.databases("postgresql")
def test_a_pg_dump_that_is_built_without_tls_is_not_let_in_the_clear(database: str) -> None:
    if not find_client("pg_dump", 18).is_relative_to(sys.prefix):
        pytest.skip("another PostgreSQL 18 than the wheel's is installed")
    with pytest.raises(StrataError, match="built without TLS") as refused:
        find_client("pg_dump", 18, tls=True)
    assert "apt-get install postgresql-client-18" in str(refused.value)


async def _answer(database: Database, question: str) -> object:
    try:
        async with database.engine.connect() as connection:
            return await connection.scalar(text(question))
    finally:
        await database.engine.dispose()
