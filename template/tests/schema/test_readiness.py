from httpx2 import AsyncClient

from stratakit import config
from stratakit.revisions import alembic_config


async def test_the_service_is_alive_and_knows_its_revision(client: AsyncClient) -> None:
    (head,) = alembic_config.scripts(config.load()).get_heads()
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "revision": head}


async def test_the_service_is_ready_on_a_database_at_head(client: AsyncClient) -> None:
    answer = await client.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
