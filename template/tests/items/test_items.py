import pytest
from httpx2 import AsyncClient


async def test_an_item_that_was_created_can_be_read(client: AsyncClient) -> None:
    created = await client.post("/items", json={"name": "tea", "price": "2.50"})
    assert created.status_code == 201
    read = await client.get(f"/items/{created.json()['id']}")
    assert read.json() == created.json()


async def test_items_are_listed_a_page_at_a_time(client: AsyncClient) -> None:
    for name in ("tea", "milk", "bread"):
        await client.post("/items", json={"name": name, "price": "1"})
    first = (await client.get("/items", params={"limit": 2})).json()
    assert [item["name"] for item in first] == ["tea", "milk"]
    rest = (await client.get("/items", params={"after": first[-1]["id"]})).json()
    assert [item["name"] for item in rest] == ["bread"]


async def test_an_unknown_item_is_a_404(client: AsyncClient) -> None:
    assert (await client.get("/items/1000000")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/items/99999999999999999999999", "/items/0", "/items?after=99999999999999999999999"]
)
async def test_an_id_that_no_item_can_have_is_refused(client: AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 422


@pytest.mark.parametrize("name", ["", "a\0b", "x" * 201])
async def test_a_name_that_cannot_be_stored_is_refused(client: AsyncClient, name: str) -> None:
    refused = await client.post("/items", json={"name": name, "price": "1"})
    assert refused.status_code == 422


async def test_a_negative_price_is_refused(client: AsyncClient) -> None:
    refused = await client.post("/items", json={"name": "tea", "price": "-1"})
    assert refused.status_code == 422


async def test_a_second_item_of_the_same_name_is_a_conflict(client: AsyncClient) -> None:
    await client.post("/items", json={"name": "tea", "price": "1"})
    again = await client.post("/items", json={"name": "tea", "price": "2"})
    assert again.status_code == 409
