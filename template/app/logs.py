"""Structured logs: one line per request, lines for people in development and JSON in production.

Every line of a request has its id, which comes from the header `X-Request-ID` or is created, and
goes back to the client. Neither queries nor headers nor bodies are logged: they may hold secrets.
"""

import logging
import re
import secrets
import sys
import time
from contextvars import ContextVar
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from stratakit.web import problem

from app.metrics import Metrics

REQUEST_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)
# Asked for every few seconds, by machines.
QUIET_ROUTES = {"/health", "/ready", "/metrics"}

logger = structlog.get_logger("app")
_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def configure_logging(level: str, *, as_json: bool) -> None:
    """Write all logs to the standard output, those of libraries, too.

    Args:
        level: the lowest level that is written, such as INFO.
        as_json: whether machines read them.
    """
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[structlog.typing.Processor] = [
        structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
    ]
    if as_json:
        renderer = [
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ]
    structlog.configure(
        processors=[*processors, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(),
        # Tests create several applications.
        cache_logger_on_first_use=as_json,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*processors, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    logging.basicConfig(level=level, handlers=[handler])
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        uvicorn_logger = logging.getLogger(name)
        uvicorn_logger.handlers.clear()
        # RequestLog writes a line for each request.
        uvicorn_logger.propagate = name != "uvicorn.access"


def route_of(scope: Scope) -> str:
    """Return the path of a request's route, `/items/{item_id}`; of no route, an empty text."""
    return getattr(scope.get("route"), "path", "")


class RequestLog:
    """Log and count each request, and answer 500 to an error that nothing else handles.

    Args:
        app: the next application.
        metrics: what counts.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = Headers(scope=scope).get("x-request-id", "")
        if not REQUEST_ID.fullmatch(request_id):
            request_id = secrets.token_hex(16)
        structlog.contextvars.bind_contextvars(request_id=request_id)
        _scope.set(scope)
        status = 0
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].append((b"x-request-id", request_id.encode()))
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            logger.exception("unexpected error", route=route_of(scope))
            if status:
                raise
            await problem(500)(scope, receive, send_with_id)
        finally:
            self._finish(scope, status, time.perf_counter() - started)

    def _finish(self, scope: Scope, status: int, seconds: float) -> None:
        route = route_of(scope)
        self.metrics.observe(scope["method"], route, status, seconds)
        write = logger.debug if route in QUIET_ROUTES else logger.info
        write(
            "request",
            method=scope["method"],
            path=scope["path"],
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )


def log_slow_statements(engine: AsyncEngine, seconds: float) -> None:
    """Log each statement that takes longer, without its values, and the route that it belongs to.

    Args:
        engine: the application's.
        seconds: how long a statement may take.
    """

    @event.listens_for(engine.sync_engine, "before_cursor_execute")
    def started(*arguments: Any) -> None:
        _connection, _cursor, _sql, _values, context, _is_many = arguments
        context.started = time.perf_counter()

    @event.listens_for(engine.sync_engine, "after_cursor_execute")
    def finished(*arguments: Any) -> None:
        _connection, _cursor, sql, _values, context, _is_many = arguments
        taken = time.perf_counter() - context.started
        if taken > seconds:
            route = route_of(_scope.get() or {})
            logger.warning("slow statement", sql=sql, route=route, seconds=round(taken, 3))
