from httpx2 import AsyncClient


async def test_the_service_is_alive(client: AsyncClient) -> None:
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


async def test_the_service_is_ready_on_a_database_at_head(client: AsyncClient) -> None:
    answer = await client.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"
