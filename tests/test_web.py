"""What the foundation adds to an application, over its ASGI interface and real databases."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from app.main import create_app
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr
from sqlalchemy import text
from stratakit.DEL import ReadSession, Session

from app.settings import Settings
from stratakit import config, scratch
from stratakit.config import Config
from stratakit.engine.connect import connected
from stratakit.engine.url import parse
from tests import databases


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def url(database: str, tmp_path: Path) -> Iterator[str]:
    with databases.fresh(database) as environment:
        yield environment.get("DATABASE_URL", f"sqlite:///{tmp_path}/service.db")


@pytest.fixture
def at_head(url: str, rendered: Path) -> str:
    service = Config(root=rendered)
    scratch.upgrade(parse(url, service), service)
    return url


@pytest.fixture(scope="session")
def rendered(render: Callable[..., Path]) -> Path:
    return render()


def settings(url: str, **others: object) -> Settings:
    return Settings(database_url=SecretStr(url), **others)  # type: ignore[arg-type]


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with app.router.lifespan_context(app):
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def test_a_stored_item_is_there_for_the_next_request(at_head: str) -> None:
    async with serving(create_app(settings(at_head))) as client:
        created = await client.post("/items", json={"name": "tea", "price": "2.50"})
        assert created.status_code == 201
        read = await client.get(f"/items/{created.json()['id']}")
        assert read.json() == created.json()


@pytest.mark.databases("postgresql", "sqlite")
async def test_a_commit_that_fails_is_an_error_to_the_client(at_head: str) -> None:
    statements = [
        "CREATE TABLE parents (id INTEGER PRIMARY KEY)",
        "CREATE TABLE children (parent_id INTEGER REFERENCES parents (id)"
        " DEFERRABLE INITIALLY DEFERRED)",
    ]
    with connected(parse(at_head, config.load())) as connection:
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
        assert answer.status_code == 409
        assert answer.text != '"done"'


async def test_a_conflict_is_a_409_without_the_databases_words(at_head: str) -> None:
    async with serving(create_app(settings(at_head))) as client:
        await client.post("/items", json={"name": "tea", "price": "1"})
        again = await client.post("/items", json={"name": "tea", "price": "1"})
        assert again.status_code == 409
        assert again.json() == {"detail": "This conflicts with what is stored."}


async def test_a_request_that_waits_too_long_for_its_turn_is_a_503(at_head: str) -> None:
    app = create_app(settings(at_head, database_pool_size=1, database_pool_timeout_seconds=0.2))
    held, release = asyncio.Event(), asyncio.Event()

    @app.get("/slow")
    async def slow(session: Session) -> str:
        held.set()
        await release.wait()
        return "done"

    async with serving(app) as client:
        first = asyncio.create_task(client.get("/slow"))
        await held.wait()
        second = await client.get("/items")
        release.set()
        assert (second.status_code, second.headers["retry-after"]) == (503, "1")
        assert (await first).status_code == 200
        assert (await client.get("/items")).status_code == 200


async def test_more_requests_than_connections_are_all_answered(at_head: str) -> None:
    app = create_app(settings(at_head, database_pool_size=2))

    @app.get("/one")
    async def one(session: ReadSession) -> int:
        return int(await session.scalar(text("SELECT 1")) or 0)

    async with serving(app) as client:
        answers = await asyncio.gather(*(client.get("/one") for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}


async def test_an_error_that_was_not_expected_shows_no_trace_to_the_client(at_head: str) -> None:
    app = create_app(settings(at_head))

    @app.get("/broken")
    async def broken(session: Session) -> None:
        await session.execute(text("INSERT INTO items (name, price) VALUES ('lost', 1)"))
        raise RuntimeError("the secret reason")

    async with serving(app) as client:
        answer = await client.get("/broken")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert (await client.get("/items")).json() == []


@pytest.mark.databases("postgresql", "mysql")
async def test_readiness_says_down_when_the_database_does_not_answer(url: str) -> None:
    gone = parse(url, config.load()).with_name("no_such_database")
    app = create_app(settings(gone.url.render_as_string(hide_password=False)))
    async with serving(app) as client:
        answer = await client.get("/ready")
        assert answer.status_code == 503
        assert answer.json()["status"] == "database down"
        assert "no_such_database" in answer.json()["detail"]
        app.state.settings.environment = "production"
        assert "no_such_database" not in (await client.get("/ready")).text
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/items")).status_code == 503


async def test_readiness_tells_behind_ahead_and_unknown_apart(at_head: str) -> None:
    database = parse(at_head, config.load())

    def store(*statements: str) -> None:
        with connected(database) as connection:
            for statement in statements:
                connection.execute(text(statement))
            connection.commit()

    async with serving(create_app(settings(at_head))) as client:

        async def status() -> tuple[int, str]:
            answer = await client.get("/ready")
            return answer.status_code, answer.json()["status"]

        assert await status() == (200, "ready")
        store("UPDATE alembic_version SET version_num = '001'")
        assert await status() == (503, "behind")
        store("UPDATE alembic_version SET version_num = 'newer'")
        assert await status() == (503, "unknown revision")
        store(
            "INSERT INTO migration_log (revision, down_revision, direction, heads, who, started,"
            " finished) SELECT 'between', '002', direction, 'between', who, started, finished"
            " FROM migration_log WHERE revision = '002'",
            "INSERT INTO migration_log (revision, down_revision, direction, heads, who, started,"
            " finished) SELECT 'newer', 'between', direction, 'newer', who, started, finished"
            " FROM migration_log WHERE revision = '002'",
        )
        assert await status() == (503, "ahead")
        store("UPDATE migration_log SET phase = 'expand' WHERE revision = 'newer'")
        assert await status() == (503, "ahead")
        store("UPDATE migration_log SET phase = 'backfill' WHERE revision = 'between'")
        assert await status() == (200, "ahead")
        store("DROP TABLE alembic_version")
        assert await status() == (503, "behind")


@pytest.mark.databases("sqlite")
async def test_the_api_documentation_is_served(at_head: str) -> None:
    async with serving(create_app(settings(at_head))) as client:
        assert (await client.get("/docs")).status_code == 200
        paths = (await client.get("/openapi.json")).json()["paths"]
        assert {"/health", "/ready", "/items", "/items/{item_id}"} <= set(paths)


@pytest.mark.databases("sqlite")
async def test_in_production_the_api_is_not_described_to_everyone(at_head: str) -> None:
    async with serving(create_app(settings(at_head, environment="production"))) as client:
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert (await client.get(path)).status_code == 404
        assert (await client.get("/items")).status_code == 200


@pytest.mark.databases("sqlite")
def test_installing_leaves_the_loggers_of_the_team_as_they_are(url: str) -> None:
    ours = logging.getLogger("app.orders")
    create_app(settings(url, log_level="ERROR"))
    assert not ours.disabled
    assert ours.propagate
