"""Limits of requests: how many at a time, the size of a body, and the time to send it."""

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from stratakit.web import problem

# An overloaded service is alive and ready, and its metrics say that it is overloaded.
UNLIMITED = {"/health", "/ready", "/metrics"}


class ConcurrencyLimit:
    """Answer 503 to a request while too many others are running.

    Args:
        app: the next application.
        max_requests: how many may run at a time.
    """

    def __init__(self, app: ASGIApp, *, max_requests: int) -> None:
        self.app = app
        self.max_requests = max_requests
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        if self.running >= self.max_requests:
            detail = "The service has too many requests at this moment."
            response = problem(503, detail, headers={"Retry-After": "1"})
            await response(scope, receive, send)
            return
        self.running += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.running -= 1


class BodyLimits:
    """Answer 413 to a body that is too large, and 408 to one that takes too long.

    Args:
        app: the next application.
        max_bytes: the size of the largest body.
        seconds: how long a client may take to send one.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, seconds: float) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD"}:
            await self.app(scope, receive, send)
            return
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > self.max_bytes:
            response = problem(413, headers={"Connection": "close"})
            await response(scope, receive, send)
            return
        deadline = asyncio.get_running_loop().time() + self.seconds
        received, is_complete = 0, False

        async def receive_within_limits() -> Message:
            nonlocal received, is_complete
            if is_complete:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(HTTPStatus.REQUEST_TIMEOUT) from None
            received += len(message.get("body", b""))
            is_complete = not message.get("more_body", False)
            if received > self.max_bytes:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_within_limits, send)
