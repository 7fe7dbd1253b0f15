"""What the library adds to an application, over its ASGI interface and real databases."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import text
from syrupy.assertion import SnapshotAssertion

from stratakit import config, scratch
from stratakit.config import Config
from stratakit.engine.connect import connect
from stratakit.engine.pool import Database
from stratakit.engine.url import parse
from stratakit.web import add_error_handlers, health_router
from tests import databases
from tests.rows import imports_of_a_service

ITEM = "INSERT INTO items (name, price) VALUES ('tea', 1)"


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


@pytest.fixture(scope="session")
def rendered(compiled: Callable[..., Path]) -> Path:
    return compiled()


@pytest.fixture
def application(rendered: Path) -> Callable[..., FastAPI]:
    """An application that is wired as the documentation says, on a service's revisions."""

    def application(url: str, *, show_errors: bool = True, **pool: int | float) -> FastAPI:
        app = FastAPI()
        app.state.database = Database.from_url(url, root=rendered, **pool)  # type: ignore[arg-type]
        add_error_handlers(app)
        app.include_router(health_router(rendered, show_errors=show_errors))
        return app

    return application


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await app.state.database.engine.dispose()


async def test_a_conflict_is_a_409_without_the_databases_words(
    at_head: str, application: Callable[..., FastAPI], snapshot: SnapshotAssertion
) -> None:
    app = application(at_head)

    @app.post("/items")
    async def create() -> None:
        async with app.state.database.session() as session:
            await session.execute(text(ITEM))

    async with serving(app) as client:
        assert (await client.post("/items")).status_code == 200
        again = await client.post("/items")
        assert again.status_code == 409
        assert again.json() == snapshot
        assert "items" not in again.text


async def test_a_request_that_waits_too_long_for_its_turn_is_a_503(
    url: str, application: Callable[..., FastAPI]
) -> None:
    app = application(url, pool_size=1, pool_timeout=0.2)
    held, release = asyncio.Event(), asyncio.Event()

    @app.get("/slow")
    async def slow() -> str:
        async with app.state.database.session():
            held.set()
            await release.wait()
        return "done"

    @app.get("/one")
    async def one() -> int:
        async with app.state.database.read_session() as session:
            return int(await session.scalar(text("SELECT 1")) or 0)

    async with serving(app) as client:
        first = asyncio.create_task(client.get("/slow"))
        await held.wait()
        second = await client.get("/one")
        release.set()
        assert (second.status_code, second.headers["retry-after"]) == (503, "1")
        assert (await first).status_code == 200
        assert (await client.get("/one")).json() == 1


async def test_a_405_names_the_methods_of_all_routes_of_the_path() -> None:
    app = FastAPI()
    add_error_handlers(app)
    inner = APIRouter(prefix="/items")
    for router, path in ((app, "/items/{number}"), (inner, ""), (inner, "/{number}")):
        router.add_api_route(path, lambda: None, methods=["GET"])
        router.add_api_route(path, lambda: None, methods=["PUT", "DELETE"])
    app.include_router(inner)
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        for path in ("/items", "/items/1"):
            refused = await client.patch(path)
            assert refused.status_code == 405
            assert refused.headers["allow"] == "GET, PUT, DELETE"


async def test_more_requests_than_connections_are_all_answered(
    url: str, application: Callable[..., FastAPI]
) -> None:
    app = application(url, pool_size=2)

    @app.get("/one")
    async def one() -> int:
        async with app.state.database.read_connection() as connection:
            return int(await connection.scalar(text("SELECT 1")) or 0)

    async with serving(app) as client:
        answers = await asyncio.gather(*(client.get("/one") for _ in range(50)))
        assert {answer.status_code for answer in answers} == {200}


async def test_a_transaction_that_fails_is_rolled_back(
    at_head: str, application: Callable[..., FastAPI]
) -> None:
    app = application(at_head)

    @app.get("/broken")
    async def broken() -> None:
        async with app.state.database.session() as session:
            await session.execute(text(ITEM))
            raise RuntimeError("the secret reason")

    @app.get("/count")
    async def count() -> int:
        async with app.state.database.read_session() as session:
            return int(await session.scalar(text("SELECT count(*) FROM items")) or 0)

    async with serving(app) as client:
        answer = await client.get("/broken")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert (await client.get("/count")).json() == 0


async def test_rows_that_a_test_stores_or_commits_are_rolled_back(at_head: str) -> None:
    database = Database.from_url(at_head)
    async with database.rolled_back() as inside:
        async with inside.session() as session:
            await session.execute(text(ITEM))
        async with inside.read_session() as session:
            assert await session.scalar(text("SELECT count(*) FROM items")) == 1
        async with inside.read_connection() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM items")) == 1
    async with database.read_session() as session:
        assert await session.scalar(text("SELECT count(*) FROM items")) == 0
    await database.engine.dispose()


@pytest.mark.databases("postgresql", "mysql")
@pytest.mark.parametrize("shown", [True, False])
async def test_readiness_says_down_when_the_database_does_not_answer(
    url: str, application: Callable[..., FastAPI], shown: bool
) -> None:
    gone = parse(url, config.Config(root=Path.cwd())).with_name("no_such_database")
    app = application(gone.url.render_as_string(hide_password=False), show_errors=shown)

    @app.get("/one")
    async def one() -> int:
        async with app.state.database.session() as session:
            return int(await session.scalar(text("SELECT 1")) or 0)

    async with serving(app) as client:
        answer = await client.get("/ready")
        assert answer.status_code == 503
        assert answer.json()["status"] == "database down"
        assert ("no_such_database" in answer.json()["detail"]) is shown
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/one")).status_code == 503


async def test_readiness_distinguishes_behind_ahead_and_unknown(
    at_head: str, application: Callable[..., FastAPI]
) -> None:
    database = parse(at_head, config.Config(root=Path.cwd()))

    def store(*statements: str) -> None:
        with connect(database) as connection:
            for statement in statements:
                connection.execute(text(statement))
            connection.commit()

    async with serving(application(at_head)) as client:

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
