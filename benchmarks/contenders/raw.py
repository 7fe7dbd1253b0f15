"""The limit: FastAPI and the driver, without SQLAlchemy."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from fastapi import FastAPI
from psycopg.rows import dict_row
from pydantic import BaseModel

from benchmarks.contenders.plain import ItemCreate, ItemRead

COLUMNS = "id, name, price, status, category_id, created_at, version"


class Pool:
    """As many connections as the others have, each for one request."""

    def __init__(self) -> None:
        self.free: list[psycopg.AsyncConnection[dict[str, Any]]] = []

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
        """A connection."""
        url = os.environ["DATABASE_URL"].replace("+psycopg", "")
        connection = (
            self.free.pop()
            if self.free
            else await psycopg.AsyncConnection.connect(url, autocommit=True, row_factory=dict_row)
        )
        try:
            yield connection
        finally:
            self.free.append(connection)


class Page(BaseModel):
    """A page of items."""

    items: list[ItemRead]


app = FastAPI()
pool = Pool()


async def fetch(sql: str, values: tuple[object, ...]) -> list[dict[str, Any]]:
    """The rows of a statement."""
    async with pool.connection() as connection:
        return await (await connection.execute(sql, values)).fetchall()


@app.post("/v1/items", status_code=201, response_model=ItemRead)
async def create_item(data: ItemCreate) -> dict[str, Any]:
    """Store an item."""
    sql = f"INSERT INTO items (name, price) VALUES (%s, %s) RETURNING {COLUMNS}"
    return (await fetch(sql, (data.name, data.price)))[0]


@app.get("/v1/items", response_model=Page)
async def list_items(after: int = 0, limit: int = 50) -> dict[str, Any]:
    """List items."""
    sql = f"SELECT {COLUMNS} FROM items WHERE id > %s ORDER BY id LIMIT %s"
    return {"items": await fetch(sql, (after, limit))}


@app.get("/v1/items/{item_id}", response_model=ItemRead)
async def get_item(item_id: int) -> dict[str, Any]:
    """Read one item."""
    return (await fetch(f"SELECT {COLUMNS} FROM items WHERE id = %s", (item_id,)))[0]
