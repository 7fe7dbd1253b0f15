"""Headers that tell browsers to be careful with the responses of an API."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# Its scripts come from elsewhere.
DOCUMENTATION = {"/docs", "/docs/oauth2-redirect", "/redoc"}


class SecurityHeaders:
    """Add the headers, and with `use_tls` the one that forbids to come back without encryption."""

    def __init__(self, app: ASGIApp, *, use_tls: bool) -> None:
        self.app = app
        self.headers = dict(HEADERS)
        if use_tls:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(self.headers)
        if scope["path"] in DOCUMENTATION:
            del headers["Content-Security-Policy"]

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)
