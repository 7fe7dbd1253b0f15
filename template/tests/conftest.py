"""The application on a scratch database at head; what a test does there is rolled back."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr
from pydantic_settings import SettingsConfigDict
from sqlalchemy import event

from app.main import create_app
from app.settings import Settings


class TestSettings(Settings):
    """The settings without this machine's `.env`."""

    model_config = SettingsConfigDict(env_file=None)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings(migrated_database: str) -> Settings:
    return TestSettings(environment="test", database_url=SecretStr(migrated_database))


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with app.router.lifespan_context(app), app.state.database.rolled_back() as database:
        app.state.database = database
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.fixture
def statements(app: FastAPI) -> Iterator[list[str]]:
    """The statements that the application has sent: how many does a request take?"""
    engine = app.state.database.engine.sync_engine
    statements: list[str] = []

    def record(*arguments: Any) -> None:
        sql: str = arguments[2]
        if "SAVEPOINT" not in sql:
            statements.append(sql)

    event.listen(engine, "before_cursor_execute", record)
    yield statements
    event.remove(engine, "before_cursor_execute", record)
