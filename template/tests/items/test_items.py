from typing import Any

import pytest
from httpx2 import AsyncClient, Response

ITEMS = "/v1/items"
LARGE = "99999999999999999999999"


async def create(client: AsyncClient, **values: Any) -> Response:
    return await client.post(ITEMS, json={"name": "tea", "price": "1"} | values)


async def names(client: AsyncClient, **parameters: Any) -> list[str]:
    answer = await client.get(ITEMS, params=parameters)
    return [item["name"] for item in answer.json()["items"]]


async def test_an_item_that_was_created_can_be_read(client: AsyncClient) -> None:
    created = await create(client, price="2.5")
    assert created.status_code == 201
    read = await client.get(f"{ITEMS}/{created.json()['id']}")
    assert read.json() == created.json()
    assert read.headers["etag"] == created.headers["etag"]


async def test_an_item_is_replaced(client: AsyncClient) -> None:
    item = (await create(client)).json()
    changed = {"name": "green tea", "price": "2.00", "status": "discontinued"}
    answer = await client.put(f"{ITEMS}/{item['id']}", json=changed)
    assert answer.json() == item | changed | {"version": 2}
    assert (await client.get(f"{ITEMS}/{item['id']}")).json() == answer.json()


async def test_a_change_that_another_client_has_overtaken_is_refused(client: AsyncClient) -> None:
    created = await create(client)
    path = f"{ITEMS}/{created.json()['id']}"
    read = {"If-Match": created.headers["etag"]}
    data = {"name": "tea", "price": "3"}
    assert (await client.put(path, json=data, headers=read)).status_code == 200
    assert (await client.put(path, json=data, headers=read)).status_code == 412
    assert (await client.delete(path, headers=read)).status_code == 412


async def test_an_item_is_deleted(client: AsyncClient) -> None:
    path = f"{ITEMS}/{(await create(client)).json()['id']}"
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.delete(path)).status_code == 404


@pytest.mark.parametrize("sort", ["id", "-id", "name", "-name", "price", "-price"])
async def test_pages_in_any_order_hold_each_item_once(client: AsyncClient, sort: str) -> None:
    for name, price in (("tea", "1.10"), ("milk", "1.10"), ("bread", "3.00"), ("salt", "0.50")):
        await create(client, name=name, price=price)
    whole = await names(client, sort=sort)
    assert sorted(whole) == ["bread", "milk", "salt", "tea"]
    pages: list[str] = []
    query = {"sort": sort, "limit": "1"}
    while True:
        page = (await client.get(ITEMS, params=query)).json()
        pages += [item["name"] for item in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert pages == whole


async def test_items_are_filtered_by_status_and_category(client: AsyncClient) -> None:
    category = (await client.post("/v1/categories", json={"name": "drinks"})).json()
    await create(client, name="tea", category_id=category["id"])
    await create(client, name="salt", status="discontinued")
    assert await names(client, category="drinks") == ["tea"]
    assert await names(client, status="discontinued") == ["salt"]
    assert await names(client, status="discontinued", category="drinks") == []


@pytest.mark.parametrize("cursor", ["x", "", "é", "WyJpZCIsICIxIiwgMV0" * 50, "W10", "bnVsbA"])
async def test_a_cursor_that_no_page_gave_is_refused(client: AsyncClient, cursor: str) -> None:
    assert (await client.get(ITEMS, params={"cursor": cursor})).status_code == 422


async def test_a_cursor_of_another_order_is_refused(client: AsyncClient) -> None:
    for name in ("tea", "milk"):
        await create(client, name=name)
    page = (await client.get(ITEMS, params={"limit": 1, "sort": "name"})).json()
    other = {"cursor": page["next"], "sort": "price"}
    assert (await client.get(ITEMS, params=other)).status_code == 422


async def test_an_unknown_item_is_a_404_with_problem_details(client: AsyncClient) -> None:
    answer = await client.get(f"{ITEMS}/1000000")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "There is no item 1000000."


@pytest.mark.parametrize("path", [f"{ITEMS}/{LARGE}", f"{ITEMS}/0", f"{ITEMS}?limit={LARGE}"])
async def test_a_number_that_no_row_can_have_is_refused(client: AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 422


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "a\0b"),
        ("name", "x" * 201),
        ("name", None),
        ("price", "-1"),
        ("price", "1e400"),
        ("price", "NaN"),
        ("price", "0.001"),
        ("price", "99999999999"),
        ("status", "lost"),
        ("category_id", int(LARGE)),
    ],
)
async def test_a_value_that_cannot_be_stored_is_refused(
    client: AsyncClient, field: str, value: object
) -> None:
    refused = await create(client, **{field: value})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"].startswith(f"body.{field}")


async def test_a_second_item_of_the_same_name_is_a_conflict(client: AsyncClient) -> None:
    await create(client)
    again = await create(client)
    assert again.status_code == 409
    assert again.json()["errors"] == [{"field": "body.name", "message": "is taken"}]


async def test_an_item_of_a_category_that_does_not_exist_is_refused(client: AsyncClient) -> None:
    assert (await create(client, category_id=1000000)).status_code == 422


async def test_a_request_takes_as_many_statements_for_many_rows_as_for_one(
    client: AsyncClient, statements: list[str]
) -> None:
    for name in ("tea", "milk", "bread"):
        created = await create(client, name=name)
    path = f"{ITEMS}/{created.json()['id']}"
    changed = {"name": "green tea", "price": "2"}
    for expected, request in (
        (1, client.build_request("GET", ITEMS)),
        (1, client.build_request("GET", path)),
        (2, client.build_request("PUT", path, json=changed)),
        (2, client.build_request("DELETE", path)),
    ):
        statements.clear()
        assert (await client.send(request)).is_success
        assert len(statements) == expected, statements
