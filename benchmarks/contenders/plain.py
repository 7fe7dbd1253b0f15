"""The routes of items written as tutorials write them; with OBSERVED=1 as much is seen of them.

One session a request, `session.get`, `refresh` after an insert. What is seen: a line of structlog
with a request id, and a histogram of Prometheus.
"""

import os
import time
import uuid
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated

import structlog
from fastapi import Depends, FastAPI, HTTPException, Query
from prometheus_client import Histogram
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import BigInteger, DateTime, Numeric, String, func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Base(DeclarativeBase):
    """The base of the models."""


class Item(Base):
    """An item."""

    __tablename__ = "items"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))
    status: Mapped[str] = mapped_column(server_default="active")
    category_id: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    version: Mapped[int] = mapped_column(server_default="1")


class ItemCreate(BaseModel):
    """What a client sends."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    price: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class ItemRead(BaseModel):
    """What a client receives."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    price: Decimal
    status: str
    category_id: int | None
    created_at: datetime
    version: int


app = FastAPI()
engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)


async def get_session() -> AsyncIterator[AsyncSession]:
    """A session, and the commit of it."""
    async with sessions() as session:
        yield session
        await session.commit()


Session = Annotated[AsyncSession, Depends(get_session)]


@app.post("/v1/items", status_code=201)
async def create_item(data: ItemCreate, session: Session) -> ItemRead:
    """Store an item."""
    item = Item(**data.model_dump())
    session.add(item)
    await session.flush()
    await session.refresh(item)
    return ItemRead.model_validate(item)


@app.get("/v1/items", response_model=list[ItemRead])
async def list_items(
    session: Session, after: int = 0, limit: Annotated[int, Query(le=100)] = 50
) -> list[Item]:
    """List items."""
    page = select(Item).where(Item.id > after).order_by(Item.id).limit(limit)
    return list((await session.scalars(page)).all())


@app.get("/v1/items/{item_id}", response_model=ItemRead)
async def get_item(item_id: int, session: Session) -> Item:
    """Read one item."""
    item = await session.get(Item, item_id)
    if item is None:
        raise HTTPException(404)
    return item


class Observed:
    """A log line, a request id and a histogram for each request."""

    requests = Histogram("http_seconds", "The time of requests.", ["method", "route", "status"])
    logger = structlog.get_logger()

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, started, status = uuid.uuid4().hex, time.perf_counter(), 0
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        await self.app(scope, receive, send_with_id)
        route = getattr(scope.get("route"), "path", "")
        seconds = time.perf_counter() - started
        self.requests.labels(scope["method"], route, status).observe(seconds)
        self.logger.info("request", path=scope["path"], status=status, seconds=seconds)


if os.environ.get("OBSERVED"):
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=True,
    )
    app.add_middleware(Observed)
