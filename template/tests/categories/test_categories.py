from httpx2 import AsyncClient


async def test_a_category_is_created_renamed_and_deleted(client: AsyncClient) -> None:
    created = await client.post("/v1/categories", json={"name": "drinks"})
    assert created.status_code == 201
    path = f"/v1/categories/{created.json()['id']}"
    renamed = await client.put(path, json={"name": "beverages"})
    assert renamed.json() == created.json() | {"name": "beverages"}
    assert (await client.get(path)).json() == renamed.json()
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404


async def test_categories_are_listed_a_page_at_a_time(client: AsyncClient) -> None:
    for name in ("drinks", "bread"):
        await client.post("/v1/categories", json={"name": name})
    first = (await client.get("/v1/categories", params={"limit": 1})).json()
    rest = (await client.get("/v1/categories", params={"cursor": first["next"]})).json()
    names = [category["name"] for page in (first, rest) for category in page["categories"]]
    assert (names, rest["next"]) == (["drinks", "bread"], None)


async def test_a_category_with_items_is_not_deleted(client: AsyncClient) -> None:
    category = (await client.post("/v1/categories", json={"name": "drinks"})).json()
    item = {"name": "tea", "price": "1", "category_id": category["id"]}
    assert (await client.post("/v1/items", json=item)).status_code == 201
    refused = await client.delete(f"/v1/categories/{category['id']}")
    assert refused.status_code == 409
    assert refused.json()["detail"] == "Others still refer to it."
