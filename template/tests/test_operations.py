"""The service as operators and browsers see it: health, logs, metrics, limits, headers."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import structlog
from fastapi import FastAPI, Request
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import text

from app.dependencies import ReadSession
from app.logs import configure_logging
from app.main import create_app
from app.settings import Settings


async def test_the_service_is_alive(client: AsyncClient) -> None:
    answer = await client.get("/health")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


async def test_the_service_is_ready_on_a_database_at_head(client: AsyncClient) -> None:
    answer = await client.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready"


async def test_a_request_id_comes_back_and_is_in_the_log(client: AsyncClient) -> None:
    with structlog.testing.capture_logs(
        [structlog.contextvars.merge_contextvars]  # as in configure_logging()
    ) as lines:
        answer = await client.get("/v1/nowhere?token=secret", headers={"X-Request-ID": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    (line,) = lines
    assert (line["request_id"], line["path"], line["status"]) == ("abc-1", "/v1/nowhere", 404)
    assert "secret" not in str(line)


@pytest.mark.parametrize("sent", ["", "with space", "x" * 101, 'a"b'])
async def test_a_request_id_that_could_forge_a_log_is_replaced(
    client: AsyncClient, sent: str
) -> None:
    answer = await client.get("/health", headers={"X-Request-ID": sent})
    assert len(answer.headers["x-request-id"]) == 32


def test_in_production_a_line_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("INFO", as_json=True)
    structlog.get_logger().warning("low on tea", left=1)
    line = json.loads(capsys.readouterr().out)
    assert (line["event"], line["left"], line["level"]) == ("low on tea", 1, "warning")


async def test_an_unexpected_error_has_a_request_id_and_no_reason(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/broken")
    async def broken() -> None:
        raise RuntimeError("the secret reason")

    answer = await client.get("/broken")
    assert answer.status_code == 500
    assert answer.headers["x-request-id"]
    assert "secret" not in answer.text


async def test_a_slow_statement_is_logged_with_its_route(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"slow_statement_seconds": 0}))

    @app.get("/slow")
    async def slow(session: ReadSession) -> None:
        await session.execute(text("SELECT 1 AS slow"))

    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        with structlog.testing.capture_logs() as lines:
            await client.get("/slow")
    found = [(line["sql"], line["route"]) for line in lines if line["event"] == "slow statement"]
    assert found == [("SELECT 1 AS slow", "/slow")]


async def test_metrics_count_requests_by_route_and_show_the_migrations(
    client: AsyncClient,
) -> None:
    await client.get("/health")
    metrics = (await client.get("/metrics")).text
    route = '{method="GET",route="/health",status="200"}'
    assert f"http_request_duration_seconds_count{route} 1.0" in metrics
    assert 'database_migrations{state="ready"} 1.0' in metrics
    assert "database_connections_limit 10.0" in metrics


async def test_a_request_beyond_the_limit_is_refused_and_the_next_one_is_not(
    settings: Settings,
) -> None:
    app = create_app(settings.model_copy(update={"max_concurrent_requests": 1}))
    started, release = asyncio.Event(), asyncio.Event()

    @app.get("/slow")
    async def slow() -> None:
        started.set()
        await release.wait()

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        first = asyncio.create_task(client.get("/slow"))
        await started.wait()
        second = await client.get("/slow")
        assert (second.status_code, second.headers["retry-after"]) == (503, "1")
        assert (await client.get("/health")).status_code == 200
        release.set()
        assert (await first).status_code == 200
        assert (await client.get("/slow")).status_code == 200


@pytest.mark.parametrize(
    ("limits", "status"), [({"max_body_bytes": 1}, 413), ({"body_timeout_seconds": 0.01}, 408)]
)
async def test_a_body_that_is_too_large_or_too_slow_is_refused(
    settings: Settings, limits: dict[str, float], status: int
) -> None:
    app = create_app(settings.model_copy(update=limits))

    @app.post("/echo")
    async def echo(request: Request) -> int:
        return len(await request.body())

    async def body() -> AsyncIterator[bytes]:
        yield b"{}"
        await asyncio.sleep(1)

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        answer = await client.post("/echo", content=body())
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_responses_have_security_headers(client: AsyncClient) -> None:
    headers = (await client.get("/health")).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "strict-transport-security" not in headers
    assert "content-security-policy" not in (await client.get("/docs")).headers


async def test_other_origins_may_read_nothing_unless_they_are_named(settings: Settings) -> None:
    async def allowed(origins: list[str]) -> str | None:
        app = create_app(settings.model_copy(update={"cors_origins": origins}))
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            answer = await client.get("/health", headers={"Origin": "https://example.com"})
        allowed: str | None = answer.headers.get("access-control-allow-origin")
        return allowed

    assert await allowed([]) is None
    assert await allowed(["https://example.com"]) == "https://example.com"


async def test_requests_for_other_hosts_are_refused(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"allowed_hosts": ["api.example.com"]}))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/health")).status_code == 400


@pytest.mark.parametrize(("show_docs", "status"), [(None, 404), (True, 200)])
async def test_in_production_the_docs_are_off_unless_asked_for(
    settings: Settings, show_docs: bool | None, status: int
) -> None:
    production = {"environment": "production", "show_docs": show_docs}
    app = create_app(settings.model_copy(update=production))
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        answer = await client.get("/docs")
    assert answer.status_code == status
    assert answer.headers["strict-transport-security"]


def test_secrets_are_not_shown_with_the_settings(settings: Settings) -> None:
    assert settings.database_url is not None
    assert settings.database_url.get_secret_value() not in repr(settings)
