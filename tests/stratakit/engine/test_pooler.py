"""PgBouncer in front of the application, and never in front of a migration."""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr

from app.settings import Settings
from tests.service import Service
from tests.stratakit.engine import poolers

pytestmark = pytest.mark.databases("postgresql")


@pytest.fixture
def through(live: Service, require: Callable[[str], str]) -> Iterator[str]:
    require("pgbouncer")
    with poolers.pooled(live.environment["DATABASE_URL"]) as url:
        yield url


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def test_a_migration_through_a_pooler_is_refused_and_by_the_direct_url_it_works(
    live: Service, through: str
) -> None:
    direct = live.environment["DATABASE_URL"]
    refused = live.migrate("upgrade", DATABASE_URL=through)
    assert refused.returncode == 3
    assert "pooler" in refused.stderr
    assert "MIGRATION_DATABASE_URL=" in refused.stderr
    assert live.stands_at() is None
    done = live.migrate("upgrade", DATABASE_URL=through, MIGRATION_DATABASE_URL=direct)
    assert done.returncode == 0, done.stderr
    assert live.stands_at() == "002"


@pytest.mark.usefixtures("migrated")
async def test_the_application_serves_through_a_pooler(
    through: str, create_app: Callable[..., FastAPI]
) -> None:
    settings = Settings(
        database_url=SecretStr(through), database_prepare_threshold=0, database_pool_size=20
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            assert (await client.get("/ready")).json()["status"] == "ready"
            made = await asyncio.gather(
                *(client.post("/v1/items", json={"name": f"{n}", "price": "1"}) for n in range(150))
            )
            read = await asyncio.gather(*(client.get("/v1/items") for _ in range(150)))
    assert {answer.status_code for answer in made} == {201}
    assert {answer.status_code for answer in read} == {200}
