from httpx2 import AsyncClient

from strata import config, plan


async def test_the_service_is_alive_and_knows_its_revision(client: AsyncClient) -> None:
    (head,) = plan.scripts(config.load()).get_heads()
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "revision": head}


async def test_the_service_is_ready_on_a_database_at_head(client: AsyncClient) -> None:
    answer = await client.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
