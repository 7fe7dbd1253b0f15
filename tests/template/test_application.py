"""The application of a new service: what its own files wire together, over its ASGI interface."""

import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr
from sqlalchemy import text

from app.dependencies import Session
from app.settings import Settings
from stratakit import config, scratch
from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.engine.url import parse
from tests import databases
from tests.rows import imports_of_a_service
from tests.service import Service


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def url(database: str, tmp_path: Path) -> Iterator[str]:
    with databases.fresh(database) as environment:
        yield environment.get("DATABASE_URL", f"sqlite:///{tmp_path}/service.db")


@pytest.fixture
def at_head(url: str, database: str, compiled: Callable[..., Path]) -> str:
    service = Config(root=compiled(database=database))
    with imports_of_a_service():
        scratch.upgrade(parse(url, service), service)
    return url


def settings(url: str, **others: object) -> Settings:
    return Settings(database_url=SecretStr(url), **others)  # type: ignore[arg-type]


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with app.router.lifespan_context(app):
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


@pytest.mark.databases("sqlite")
def test_settings_that_are_not_valid_are_one_message_everywhere(live: Service) -> None:
    serve = ("uvicorn", "app.main:create_app", "--factory", "--port", "0")
    for command in (("alembic", "current"), ("stratakit", "current"), serve):
        refused = live.run(
            *(live.python, "-m", *command), ENVIRONMENT="prodction", DATABASE_POOL_SIZE="many"
        )
        assert refused.returncode != 0
        assert "ENVIRONMENT: " in refused.stderr
        assert "DATABASE_POOL_SIZE: " in refused.stderr
        assert "Traceback" not in refused.stderr
        assert "prodction" not in refused.stderr


@pytest.mark.databases("sqlite")
def test_a_list_that_is_not_json_is_one_message(live: Service) -> None:
    refused = live.alembic("current", CORS_ORIGINS="https://example.com")
    assert refused.returncode != 0
    assert "cors_origins" in refused.stderr
    assert "Traceback" not in refused.stderr


async def test_a_stored_item_is_there_for_the_next_request(
    at_head: str, create_app: Callable[..., FastAPI]
) -> None:
    async with serving(create_app(settings(at_head))) as client:
        created = await client.post("/v1/items", json={"name": "tea", "price": "2.50"})
        assert created.status_code == 201
        read = await client.get(f"/v1/items/{created.json()['id']}")
        assert read.json() == created.json()
        assert (await client.get("/ready")).json()["status"] == "ready"


@pytest.mark.databases("postgresql", "sqlite")
async def test_a_commit_that_fails_is_an_error_to_the_client(
    at_head: str, create_app: Callable[..., FastAPI]
) -> None:
    statements = [
        "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
        "CREATE TABLE children (parent_id INTEGER REFERENCES parents (id)"
        " DEFERRABLE INITIALLY DEFERRED)",
    ]
    with connect(parse(at_head, config.Config(root=Path.cwd()))) as connection:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
    app = create_app(settings(at_head))

    @app.post("/orphans")
    async def orphan(session: Session) -> str:
        await session.execute(text("INSERT INTO children VALUES (1)"))
        return "done"

    async with serving(app) as client:
        answer = await client.post("/orphans")
        assert answer.status_code == 422
        assert answer.text != '"done"'


async def test_a_refused_change_names_the_field_on_every_database(
    at_head: str, create_app: Callable[..., FastAPI]
) -> None:
    async with serving(create_app(settings(at_head))) as client:
        category = (await client.post("/v1/categories", json={"name": "drinks"})).json()
        item = {"name": "tea", "price": "1", "category_id": category["id"]}
        assert (await client.post("/v1/items", json=item)).status_code == 201
        taken = await client.post("/v1/items", json=item)
        assert taken.status_code == 409
        assert taken.json()["errors"] == [{"field": "body.name", "message": "is taken"}]
        nothing = await client.post("/v1/items", json=item | {"name": "x", "category_id": 99})
        assert nothing.status_code == 422
        used = await client.delete(f"/v1/categories/{category['id']}")
        assert used.status_code == 409


@pytest.mark.databases("sqlite")
@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nowhere", b"", 404),
        ("PATCH", "/v1/items", b"", 405),
        ("POST", "/v1/items", b"{", 422),
        ("POST", "/v1/items", b'{"name": "\xff"}', 400),
        ("POST", "/v1/items", b'{"name": "' + b"x" * 1_000_000 + b'"}', 413),
        ("POST", "/v1/items", b'{"name": "\\ud800", "price": 1}', 422),
        ("POST", "/v1/items", b'{"name": "tea", "price": 1e400}', 422),
        ("GET", "/v1/items?category=%00", b"", 422),
        ("GET", "/v1/items?category=%ff", b"", 200),
    ],
)
async def test_every_error_is_a_problem(
    at_head: str,
    create_app: Callable[..., FastAPI],
    method: str,
    path: str,
    body: bytes,
    status: int,
) -> None:
    async with serving(create_app(settings(at_head))) as client:
        headers = {"Content-Type": "application/json"}
        answer = await client.request(method, path, content=body, headers=headers)
        assert answer.status_code == status, answer.text
        if status >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == status


async def test_an_error_that_was_not_expected_shows_no_trace_to_the_client(
    at_head: str, create_app: Callable[..., FastAPI]
) -> None:
    app = create_app(settings(at_head))

    @app.get("/broken")
    async def broken(session: Session) -> None:
        await session.execute(text("INSERT INTO items (name, price) VALUES ('lost', 1)"))
        raise RuntimeError("the secret reason")

    async with serving(app) as client:
        answer = await client.get("/broken")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert (await client.get("/v1/items")).json()["items"] == []


@pytest.mark.databases("postgresql", "mysql")
async def test_in_production_nobody_is_shown_why_the_database_is_not_there(
    url: str, create_app: Callable[..., FastAPI]
) -> None:
    gone = parse(url, config.Config(root=Path.cwd())).with_name("no_such_database")
    nowhere = gone.url.render_as_string(hide_password=False)
    for environment, shown in (("development", True), ("production", False)):
        async with serving(create_app(settings(nowhere, environment=environment))) as client:
            answer = await client.get("/ready")
            assert answer.status_code == 503
            assert ("no_such_database" in answer.text) is shown
            assert (await client.get("/v1/items")).status_code == 503


@pytest.mark.databases("sqlite")
async def test_the_settings_bound_the_connections(
    at_head: str, create_app: Callable[..., FastAPI]
) -> None:
    few = settings(at_head, database_pool_size=1, database_pool_timeout_seconds=0.2)
    app = create_app(few)
    async with serving(app) as client:
        async with app.state.database.session():
            assert (await client.get("/v1/items")).status_code == 503
        assert (await client.get("/v1/items")).status_code == 200


@pytest.mark.databases("sqlite")
async def test_the_api_documentation_is_served(
    at_head: str, create_app: Callable[..., FastAPI]
) -> None:
    async with serving(create_app(settings(at_head))) as client:
        assert (await client.get("/docs")).status_code == 200
        paths = (await client.get("/openapi.json")).json()["paths"]
        assert {"/health", "/ready", "/v1/items", "/v1/items/{item_id}"} <= set(paths)


@pytest.mark.databases("sqlite")
async def test_in_production_the_api_is_not_described_to_everyone(
    at_head: str, create_app: Callable[..., FastAPI]
) -> None:
    async with serving(create_app(settings(at_head, environment="production"))) as client:
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert (await client.get(path)).status_code == 404
        assert (await client.get("/v1/items")).status_code == 200


@pytest.mark.databases("sqlite")
def test_creating_it_leaves_the_loggers_of_the_team_as_they_are(
    url: str, create_app: Callable[..., FastAPI]
) -> None:
    ours = logging.getLogger("app.orders")
    create_app(settings(url, log_level="ERROR"))
    assert not ours.disabled
    assert ours.propagate
